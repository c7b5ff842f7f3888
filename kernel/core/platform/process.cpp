#include "kernel/core/platform/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/child_process.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::platform {

namespace {

// After the child itself has ended, how long what it left running may hold its output open.
constexpr auto kLeftoverTime = std::chrono::milliseconds(500);

// What the child reads, written as it takes it and then closed; frees itself. `*owner` points here until it closes.
struct InputWrite {
  uv_pipe_t pipe{};
  uv_write_t write{};
  std::string bytes;
  uv_handle_t** owner = nullptr;

  static void close(uv_handle_t* handle) {
    if (uv_is_closing(handle)) return;
    *static_cast<InputWrite*>(handle->data)->owner = nullptr;
    uv_close(handle, [](uv_handle_t* closed) { delete static_cast<InputWrite*>(closed->data); });
  }
  static void begin(Loop& loop, OwnedDescriptor descriptor, std::string bytes, uv_handle_t*& owner);
};

void InputWrite::begin(Loop& loop, OwnedDescriptor descriptor, std::string bytes, uv_handle_t*& owner) {
  auto* input = new InputWrite;
  auto* handle = reinterpret_cast<uv_handle_t*>(&input->pipe);
  input->bytes = std::move(bytes);
  input->owner = &owner;
  owner = handle;
  uv_pipe_init(loop.uv(), &input->pipe, 0);
  input->pipe.data = input;
  int status = uv_pipe_open(&input->pipe, descriptor.get());
  if (status == 0) {
    static_cast<void>(descriptor.release());
    uv_buf_t buffer = uv_buf_init(input->bytes.data(), static_cast<unsigned>(input->bytes.size()));
    // A child that does not read its input is not an error: closing the pipe is all that follows either way.
    status = uv_write(&input->write, reinterpret_cast<uv_stream_t*>(&input->pipe), &buffer, 1,
                      [](uv_write_t* write, int) { close(reinterpret_cast<uv_handle_t*>(write->handle)); });
  }
  if (status != 0) close(handle);
}

// One child from start to end.
class ChildRun {
 public:
  ChildRun(Loop& loop, ProcessRequest request)
      : loop_(loop),
        request_(std::move(request)),
        deadline_(loop.timers(), [this] { on_deadline(); }),
        kill_(loop.timers(), [this] { signal_group(SIGKILL); }),
        leftover_(loop.timers(), [this] { give_up_on_leftovers(); }) {}
  ChildRun(const ChildRun&) = delete;
  ChildRun& operator=(const ChildRun&) = delete;
  ~ChildRun() { close_input(); }

  Result<void> start();
  void cancel();
  Completion<Result<ExitStatus>>& done() { return done_; }

 private:
  ChildProcess::Events events();
  void take(OutputStream stream, std::string_view bytes);
  void on_exit(const ChildEnd& end);
  void on_deadline();
  void end_gently();
  void signal_group(int signal);
  void give_up_on_leftovers();
  void close_input() {
    if (input_) InputWrite::close(input_);
  }
  void finish_when_complete();

  Loop& loop_;
  ProcessRequest request_;
  std::unique_ptr<ChildProcess> child_;
  uv_handle_t* input_ = nullptr;
  ExitStatus status_;
  bool cancelled_ = false;
  Timer deadline_;
  Timer kill_;
  Timer leftover_;
  Completion<Result<ExitStatus>> done_;
};

ChildProcess::Events ChildRun::events() {
  return {.on_output = [this](OutputStream stream, std::string_view bytes) { take(stream, bytes); },
          .on_output_end = [this](OutputStream) { finish_when_complete(); },
          .on_exit = [this](const ChildEnd& end) { on_exit(end); }};
}

Result<void> ChildRun::start() {
  SpawnRequest spawned{.argv = request_.argv,
                       .environment = request_.environment,
                       .working_directory = request_.working_directory,
                       .descriptors = {-1, -1, -1},
                       .limits = {},
                       .control_groups = {}};
  OwnedDescriptor theirs;
  OwnedDescriptor ours;
  if (!request_.input.empty()) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("starting a child", errno);
    theirs.reset(ends[0]);
    ours.reset(ends[1]);
    spawned.descriptors[0] = theirs.get();
  }
  CHELA_TRY(child_, ChildProcess::start(loop_, std::move(spawned), events()));
  if (request_.timeout != Duration::zero()) deadline_.arm_after(request_.timeout);
  if (ours.valid()) InputWrite::begin(loop_, std::move(ours), std::move(request_.input), input_);
  return {};
}

void ChildRun::take(OutputStream stream, std::string_view bytes) {
  std::string& into = stream == OutputStream::output ? status_.output : status_.error_output;
  bool& cut = stream == OutputStream::output ? status_.output_cut : status_.error_output_cut;
  std::size_t room = request_.output_bytes_max - into.size();
  cut |= bytes.size() > room;
  into += bytes.substr(0, room);
}

void ChildRun::on_exit(const ChildEnd& end) {
  status_.exit_code = end.exit_code;
  status_.signal = end.signal;
  deadline_.disarm();
  bool was_ended = kill_.armed();
  kill_.disarm();
  // What shares the group may have ignored the gentle signal.
  if (was_ended) child_->signal_group(SIGKILL);
  leftover_.arm_after(kLeftoverTime);
  finish_when_complete();
}

void ChildRun::on_deadline() {
  status_.timed_out = true;
  end_gently();
}

void ChildRun::cancel() {
  cancelled_ = true;
  end_gently();
}

void ChildRun::end_gently() {
  if (!child_->running() || kill_.armed()) return;
  signal_group(SIGTERM);
  kill_.arm_after(request_.kill_grace);
}

void ChildRun::signal_group(int signal) {
  if (child_->running()) child_->signal_group(signal);
}

// Someone holds the pipes, so the group's id is still taken and cannot be a stranger's.
void ChildRun::give_up_on_leftovers() {
  child_->signal_group(SIGKILL);
  close_input();
  child_->close_output();
}

void ChildRun::finish_when_complete() {
  if (child_->running() || child_->is_open(OutputStream::output) || child_->is_open(OutputStream::error_output)) return;
  leftover_.disarm();
  if (cancelled_) {
    done_.set(fail(ErrorCode::cancelled, "running {}: cancelled", request_.argv[0]));
  } else {
    done_.set(std::move(status_));
  }
}

}  // namespace

Task<Result<ExitStatus>> run_process(Loop& loop, ProcessRequest request, CancelToken cancel) {
  CHELA_CO_CHECK(cancel.check());
  ChildRun run(loop, std::move(request));
  CHELA_CO_CHECK(run.start());
  auto registration = cancel.on_cancel([&run] { run.cancel(); });
  co_return co_await run.done().wait();
}

}  // namespace chela::platform

#include "kernel/core/platform/process.hpp"

#include <signal.h>
#include <unistd.h>
#include <uv.h>
#include <linux/close_range.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"

namespace chela::platform {

namespace {

// After the child itself has ended, how long what it left running may hold its output open.
constexpr auto kLeftoverTime = std::chrono::milliseconds(500);

bool has_zero_byte(std::string_view text) {
  return text.contains('\0');
}

Result<void> check(const ProcessRequest& request) {
  if (request.argv.empty() || request.argv[0].empty()) {
    return fail(ErrorCode::invalid_argument, "starting a program: no program is named");
  }
  for (const std::string& argument : request.argv) {
    if (has_zero_byte(argument)) {
      return fail(ErrorCode::invalid_argument, "starting {}: an argument holds a zero byte", request.argv[0]);
    }
  }
  for (const auto& [name, value] : request.environment) {
    if (name.empty() || name.contains('=') || has_zero_byte(name) || has_zero_byte(value)) {
      return fail(ErrorCode::invalid_argument, "starting {}: an environment variable is malformed", request.argv[0]);
    }
  }
  return {};
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
  ~ChildRun();

  Result<void> start();
  void cancel();
  Completion<Result<ExitStatus>>& done() { return done_; }

 private:
  enum Stream { kInput, kOutput, kErrorOutput };

  // Freed when libuv has closed the last of them, which may be after the run.
  struct Handles {
    uv_process_t process;
    std::array<uv_pipe_t, 3> pipes;
    uv_write_t write;
    std::string input;
    std::array<char, 16 * 1024> buffer;
    ChildRun* run = nullptr;
    int open = 0;
  };

  static Handles* handles_of(void* handle) { return static_cast<Handles*>(static_cast<uv_handle_t*>(handle)->data); }
  static void close(void* handle);
  static void on_read(uv_stream_t* pipe, ssize_t got, const uv_buf_t* buffer);

  int spawn();
  void begin_reading(Stream stream);
  void write_input();
  void take(Stream stream, std::string_view bytes);
  void on_exit(std::int64_t exit_code, int signal);
  void on_deadline();
  void end_gently();
  void signal_group(int signal);
  void give_up_on_leftovers();
  void finish_when_complete();

  Loop& loop_;
  ProcessRequest request_;
  Handles* handles_ = nullptr;
  ExitStatus status_;
  bool running_ = false;
  bool cancelled_ = false;
  Timer deadline_;
  Timer kill_;
  Timer leftover_;
  Completion<Result<ExitStatus>> done_;
};

void ChildRun::close(void* handle) {
  auto* closing = static_cast<uv_handle_t*>(handle);
  if (uv_is_closing(closing)) return;
  uv_close(closing, [](uv_handle_t* closed) {
    Handles* handles = handles_of(closed);
    if (--handles->open == 0) delete handles;
  });
}

ChildRun::~ChildRun() {
  if (!handles_) return;
  handles_->run = nullptr;
  for (uv_pipe_t& pipe : handles_->pipes) close(&pipe);
  // Not closed here: only a handle that waits for the child reaps it.
  if (running_) signal_group(SIGKILL);
}

Result<void> ChildRun::start() {
  CHELA_CHECK(check(request_));
  handles_ = new Handles;
  handles_->run = this;
  for (uv_pipe_t& pipe : handles_->pipes) {
    uv_pipe_init(loop_.uv(), &pipe, 0);
    pipe.data = handles_;
    ++handles_->open;
  }
  int status = spawn();
  handles_->process.data = handles_;
  ++handles_->open;
  if (status != 0) {
    close(&handles_->process);
    return fail_errno("starting " + request_.argv[0], -status);
  }
  running_ = true;
  if (request_.timeout != Duration::zero()) deadline_.arm_after(request_.timeout);
  write_input();
  begin_reading(kOutput);
  begin_reading(kErrorOutput);
  return {};
}

int ChildRun::spawn() {
  std::vector<std::string> variables;
  for (const auto& [name, value] : request_.environment) variables.push_back(name + "=" + value);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::vector<char*> argv;
  for (std::string& argument : request_.argv) argv.push_back(argument.data());
  argv.push_back(nullptr);

  std::array<uv_stdio_container_t, 3> stdio{};
  stdio[0].flags = UV_IGNORE;  // the null device
  for (std::size_t i = request_.input.empty() ? 1 : 0; i < stdio.size(); ++i) {
    stdio[i].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | (i == 0 ? UV_READABLE_PIPE : UV_WRITABLE_PIPE));
    stdio[i].data.stream = reinterpret_cast<uv_stream_t*>(&handles_->pipes[i]);
  }
  std::string directory = request_.working_directory.string();
  uv_process_options_t options{};
  options.file = argv[0];
  options.args = argv.data();
  options.env = environment.data();
  options.cwd = directory.empty() ? nullptr : directory.c_str();
  options.stdio = stdio.data();
  options.stdio_count = static_cast<int>(stdio.size());
  options.flags = UV_PROCESS_DETACHED;  // a process group of its own
  options.exit_cb = [](uv_process_t* process, std::int64_t exit_code, int signal) {
    Handles* handles = handles_of(process);
    close(process);
    if (handles->run) handles->run->on_exit(exit_code, signal);
  };
  // Descriptors that this process itself inherited need not be marked to close; the child gets none of them.
  close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  return uv_spawn(loop_.uv(), &handles_->process, &options);
}

void ChildRun::write_input() {
  if (request_.input.empty()) return close(&handles_->pipes[kInput]);
  handles_->input = std::move(request_.input);
  uv_buf_t buffer = uv_buf_init(handles_->input.data(), static_cast<unsigned>(handles_->input.size()));
  auto* pipe = reinterpret_cast<uv_stream_t*>(&handles_->pipes[kInput]);
  // A child that does not read its input is not an error: closing the pipe is all that follows either way.
  int status = uv_write(&handles_->write, pipe, &buffer, 1, [](uv_write_t* write, int) { close(write->handle); });
  if (status != 0) close(pipe);
}

void ChildRun::begin_reading(Stream stream) {
  auto give_buffer = [](uv_handle_t* pipe, std::size_t, uv_buf_t* buffer) {
    Handles* handles = handles_of(pipe);
    *buffer = uv_buf_init(handles->buffer.data(), static_cast<unsigned>(handles->buffer.size()));
  };
  uv_read_start(reinterpret_cast<uv_stream_t*>(&handles_->pipes[stream]), give_buffer, &ChildRun::on_read);
}

void ChildRun::on_read(uv_stream_t* pipe, ssize_t got, const uv_buf_t* buffer) {
  Handles* handles = handles_of(pipe);
  if (!handles->run) return;
  bool is_output = pipe == reinterpret_cast<uv_stream_t*>(&handles->pipes[kOutput]);
  if (got > 0) {
    handles->run->take(is_output ? kOutput : kErrorOutput, {buffer->base, static_cast<std::size_t>(got)});
  } else if (got < 0) {
    close(pipe);
    handles->run->finish_when_complete();
  }
}

void ChildRun::take(Stream stream, std::string_view bytes) {
  std::string& into = stream == kOutput ? status_.output : status_.error_output;
  bool& cut = stream == kOutput ? status_.output_cut : status_.error_output_cut;
  std::size_t room = request_.output_bytes_max - into.size();
  cut |= bytes.size() > room;
  into += bytes.substr(0, room);
}

void ChildRun::on_exit(std::int64_t exit_code, int signal) {
  running_ = false;
  status_.exit_code = signal != 0 ? -1 : static_cast<int>(exit_code);
  status_.signal = signal;
  deadline_.disarm();
  bool was_ended = kill_.armed();
  kill_.disarm();
  // What shares the group may have ignored the gentle signal.
  if (was_ended) ::kill(-handles_->process.pid, SIGKILL);
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
  if (!running_ || kill_.armed()) return;
  signal_group(SIGTERM);
  kill_.arm_after(request_.kill_grace);
}

void ChildRun::signal_group(int signal) {
  if (running_) ::kill(-handles_->process.pid, signal);
}

// Someone holds the pipes, so the group's id is still taken and cannot be a stranger's.
void ChildRun::give_up_on_leftovers() {
  ::kill(-handles_->process.pid, SIGKILL);
  for (uv_pipe_t& pipe : handles_->pipes) close(&pipe);
  finish_when_complete();
}

void ChildRun::finish_when_complete() {
  auto is_open = [&](Stream stream) {
    return !uv_is_closing(reinterpret_cast<uv_handle_t*>(&handles_->pipes[stream]));
  };
  if (running_ || is_open(kOutput) || is_open(kErrorOutput)) return;
  leftover_.disarm();
  if (cancelled_) {
    done_.set(fail(ErrorCode::cancelled, "running {}: cancelled", request_.argv[0]));
  } else {
    done_.set(std::move(status_));
  }
}

}  // namespace

Environment allowed_environment(const std::vector<std::string_view>& names) {
  Environment environment;
  for (std::string_view name : names) {
    std::string terminated(name);
    if (const char* value = std::getenv(terminated.c_str())) environment.emplace_back(std::move(terminated), value);
  }
  return environment;
}

Task<Result<ExitStatus>> run_process(Loop& loop, ProcessRequest request, CancelToken cancel) {
  CHELA_CO_CHECK(cancel.check());
  ChildRun run(loop, std::move(request));
  CHELA_CO_CHECK(run.start());
  auto registration = cancel.on_cancel([&run] { run.cancel(); });
  co_return co_await run.done().wait();
}

}  // namespace chela::platform

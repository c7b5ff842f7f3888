#include "kernel/core/platform/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <utility>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::platform {

struct ChildProcess::Handles {
  std::array<uv_pipe_t, 2> pipes{};
  uv_poll_t exit{};
  OwnedDescriptor process;  // pidfd_open(2): readable when the child has ended
  pid_t pid = 0;
  bool running = true;
  std::array<char, 16 * 1024> buffer;
  Events events;
  bool owned = true;  // false: nobody listens any more, and the last handle to close frees this
  int open = 0;

  static Handles* of(void* handle) { return static_cast<Handles*>(static_cast<uv_handle_t*>(handle)->data); }
  static void close(void* handle);
  static void on_read(uv_stream_t* pipe, ssize_t got, const uv_buf_t* buffer);
  static void on_readable(uv_poll_t* poll, int status, int events);

  void add(uv_handle_t* handle);
  OutputStream stream_of(const void* pipe) const {
    return pipe == &pipes[0] ? OutputStream::output : OutputStream::error_output;
  }
  void end_output(uv_pipe_t& pipe);
  Result<void> watch(Loop& loop, std::array<OwnedDescriptor, 2> outputs);
};

void ChildProcess::Handles::add(uv_handle_t* handle) {
  handle->data = this;
  ++open;
}

void ChildProcess::Handles::close(void* handle) {
  auto* closing = static_cast<uv_handle_t*>(handle);
  if (uv_is_closing(closing)) return;
  uv_close(closing, [](uv_handle_t* closed) {
    Handles* handles = of(closed);
    if (--handles->open == 0 && !handles->owned) delete handles;
  });
}

void ChildProcess::Handles::end_output(uv_pipe_t& pipe) {
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&pipe))) return;
  close(&pipe);
  if (owned && events.on_output_end) events.on_output_end(stream_of(&pipe));
}

void ChildProcess::Handles::on_read(uv_stream_t* pipe, ssize_t got, const uv_buf_t* buffer) {
  Handles* handles = of(pipe);
  if (!handles->owned) return;
  if (got > 0 && handles->events.on_output) {
    handles->events.on_output(handles->stream_of(pipe), {buffer->base, static_cast<std::size_t>(got)});
  } else if (got < 0) {
    handles->end_output(*reinterpret_cast<uv_pipe_t*>(pipe));
  }
}

void ChildProcess::Handles::on_readable(uv_poll_t* poll, int, int) {
  Handles* handles = of(poll);
  int status = 0;
  rusage used{};
  pid_t reaped = wait4(handles->pid, &status, WNOHANG, &used);
  if (reaped == 0 || (reaped < 0 && errno == EINTR)) return;
  handles->running = false;
  close(poll);
  ChildEnd end;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  end.peak_memory_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  if (handles->owned && handles->events.on_exit) handles->events.on_exit(end);
}

Result<void> ChildProcess::Handles::watch(Loop& loop, std::array<OwnedDescriptor, 2> outputs) {
  auto give_buffer = [](uv_handle_t* pipe, std::size_t, uv_buf_t* given) {
    Handles* handles = of(pipe);
    *given = uv_buf_init(handles->buffer.data(), static_cast<unsigned>(handles->buffer.size()));
  };
  int status = 0;
  for (std::size_t i = 0; i < pipes.size(); ++i) {
    uv_pipe_init(loop.uv(), &pipes[i], 0);
    add(reinterpret_cast<uv_handle_t*>(&pipes[i]));
    if (int opened = uv_pipe_open(&pipes[i], outputs[i].get()); opened != 0) {
      status = opened;
      continue;
    }
    static_cast<void>(outputs[i].release());
    uv_read_start(reinterpret_cast<uv_stream_t*>(&pipes[i]), give_buffer, &Handles::on_read);
  }
  process.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return fail_errno("watching a child", errno);
  if (int begun = uv_poll_init(loop.uv(), &exit, process.get()); begun != 0) {
    return fail_errno("watching a child", -begun);
  }
  add(reinterpret_cast<uv_handle_t*>(&exit));
  uv_poll_start(&exit, UV_READABLE, &Handles::on_readable);
  if (status != 0) return fail_errno("reading what a child writes", -status);
  return {};
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(Loop& loop, SpawnRequest request, Events events) {
  std::array<OwnedDescriptor, 2> ours;
  std::array<OwnedDescriptor, 2> theirs;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("starting a child", errno);
    ours[i].reset(ends[0]);
    theirs[i].reset(ends[1]);
  }
  if (request.descriptors.size() < 3) request.descriptors.resize(3, -1);
  request.descriptors[1] = theirs[0].get();
  request.descriptors[2] = theirs[1].get();
  CHELA_TRY(pid_t pid, spawn(request));
  std::unique_ptr<ChildProcess> child(new ChildProcess(new Handles));
  child->handles_->pid = pid;
  child->handles_->events = std::move(events);
  auto watched = child->handles_->watch(loop, std::move(ours));
  if (!watched) {
    // Without a watch nobody else will reap it.
    child->signal_group(SIGKILL);
    if (child->handles_->exit.loop == nullptr) {
      waitpid(pid, nullptr, 0);
      child->handles_->running = false;
    }
    return fail("starting " + request.argv[0], std::move(watched.error()));
  }
  return child;
}

ChildProcess::~ChildProcess() {
  handles_->owned = false;
  for (uv_pipe_t& pipe : handles_->pipes) Handles::close(&pipe);
  // The watch stays open until it has reaped the child.
  if (handles_->running) signal_group(SIGKILL);
  if (handles_->open == 0) delete handles_;
}

pid_t ChildProcess::pid() const {
  return handles_->pid;
}

bool ChildProcess::running() const {
  return handles_->running;
}

bool ChildProcess::is_open(OutputStream stream) const {
  auto index = static_cast<std::size_t>(stream);
  return !uv_is_closing(reinterpret_cast<const uv_handle_t*>(&handles_->pipes[index]));
}

void ChildProcess::signal_group(int signal) {
  ::kill(-handles_->pid, signal);
}

void ChildProcess::close_output() {
  Handles* handles = handles_;  // the event may destroy this
  for (uv_pipe_t& pipe : handles->pipes) handles->end_output(pipe);
}

}  // namespace chela::platform

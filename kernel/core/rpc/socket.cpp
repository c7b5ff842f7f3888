#include "kernel/core/rpc/socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/frame.hpp"

namespace chela::rpc {
namespace {

constexpr std::size_t kReadBufferSize = 64 * 1024;
constexpr std::size_t kBuffersPerCall = 16;

Error uv_error(std::string_view what, ssize_t status) {
  return {ErrorCode::unavailable, fmt::format("{}: {}", what, uv_strerror(static_cast<int>(status)))};
}

}  // namespace

Result<std::shared_ptr<Socket>> Socket::open(Loop& loop, int descriptor, SocketOwner& owner) {
  auto socket = std::make_shared<Socket>();
  uv_pipe_init(loop.uv(), &socket->pipe_, 0);
  uv_prepare_init(loop.uv(), &socket->prepare_);
  uv_check_init(loop.uv(), &socket->check_);
  socket->pipe_.data = socket->prepare_.data = socket->check_.data = socket->write_request_.data = socket.get();
  socket->open_handles_ = 3;
  socket->self_ = socket;
  socket->owner_ = &owner;
  int status = uv_pipe_open(&socket->pipe_, descriptor);
  if (status != 0) {
    ::close(descriptor);
    socket->close();
    return std::unexpected(uv_error("taking a socket", status));
  }
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);  // children are not to speak in our place
  socket->read_buffer_ = std::make_unique<char[]>(kReadBufferSize + kFramePadding);
  socket->start_reading();
  return socket;
}

void Socket::start_reading() {
  auto give_buffer = [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
    *buffer = uv_buf_init(static_cast<Socket*>(handle->data)->read_buffer_.get(), kReadBufferSize);
  };
  uv_read_start(stream(), give_buffer, [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
    static_cast<Socket*>(stream->data)->on_read(size, buffer);
  });
}

void Socket::on_read(ssize_t size, const uv_buf_t* buffer) {
  if (size == 0 || !owner_) return;
  if (size > 0) return owner_->on_bytes({buffer->base, static_cast<std::size_t>(size)});
  uv_read_stop(stream());
  if (size == UV_EOF) return owner_->on_end({ErrorCode::unavailable, "the other side closed the connection"});
  owner_->on_end(uv_error("reading from the other side", size));
}

void Socket::write(std::string&& bytes) {
  if (!owner_) return;
  queue_.append(std::move(bytes));
  wake();
}

void Socket::wake() {
  if (dirty_ || !owner_) return;
  dirty_ = true;
  uv_prepare_start(&prepare_, [](uv_prepare_t* prepare) { static_cast<Socket*>(prepare->data)->run_tick(); });
  uv_check_start(&check_, [](uv_check_t* check) { static_cast<Socket*>(check->data)->run_tick(); });
}

std::size_t Socket::pending_bytes() const { 
  return queue_.size() + uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&pipe_));
}

void Socket::run_tick() {
  if (!owner_) return;
  uv_prepare_stop(&prepare_);
  uv_check_stop(&check_);
  dirty_ = false;
  owner_->on_tick();
  if (owner_) flush();
}

void Socket::write_now() {
  while (!queue_.empty()) {
    std::array<uv_buf_t, kBuffersPerCall> buffers;
    std::size_t count = queue_.gather(buffers);
    int written = uv_try_write(stream(), buffers.data(), static_cast<unsigned>(count));
    if (written <= 0) return;
    queue_.consume(static_cast<std::size_t>(written));
  }
}

void Socket::flush() {
  if (writing_ || queue_.empty()) return;
  write_now();
  if (!queue_.empty()) return start_write();
  owner_->on_drained();
}

void Socket::start_write() {
  in_flight_ = std::exchange(queue_, {});
  std::vector<uv_buf_t> buffers(in_flight_.segment_count());
  in_flight_.gather(buffers);
  int status = uv_write(&write_request_, stream(), buffers.data(), static_cast<unsigned>(buffers.size()),
                        [](uv_write_t* request, int result) { static_cast<Socket*>(request->data)->on_written(result); });
  if (status != 0) return owner_->on_end(uv_error("writing to the other side", status));
  writing_ = true;
}

void Socket::on_written(int status) {
  writing_ = false;
  in_flight_.clear();
  if (!owner_) return;
  if (status < 0) return owner_->on_end(uv_error("writing to the other side", status));
  if (queue_.empty()) return owner_->on_drained();
  flush();
}

void Socket::close() {
  if (!owner_) return;
  if (!writing_) write_now();
  owner_ = nullptr;
  auto closed = [](uv_handle_t* handle) {
    auto* self = static_cast<Socket*>(handle->data);
    if (--self->open_handles_ == 0) self->self_.reset();
  };
  uv_close(reinterpret_cast<uv_handle_t*>(&pipe_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&prepare_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&check_), closed);
}

}  // namespace chela::rpc

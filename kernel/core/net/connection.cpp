#include "kernel/core/net/connection.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/net/connection_group.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kBuffersPerCall = 16;

std::unexpected<Error> fail_uv(std::string_view what, int status) {
  return fail(ErrorCode::unavailable, "{}: {}", what, uv_strerror(status));
}

}  // namespace

// Segments that libuv is writing; they must not move until it is done.
struct Connection::InFlight {
  uv_write_t request;
  WriteQueue queue;
};

Connection::Connection(ConnectionGroup& group) : group_(group), timer_(group.loop().timers(), [this] { on_timer(); }) {}

Result<void> Connection::open(uv_stream_t* listener) {
  uv_tcp_init(group_.loop().uv(), &tcp_);
  tcp_.data = this;
  if (int status = uv_accept(listener, stream()); status != 0) return fail_uv("accepting a connection", status);
  uv_tcp_nodelay(&tcp_, 1);  // writes are joined here already
  sockaddr_storage address{};
  int size = sizeof address;
  if (int status = uv_tcp_getpeername(&tcp_, reinterpret_cast<sockaddr*>(&address), &size); status != 0) {
    return fail_uv("asking who connects", status);
  }
  peer_ = PeerAddress::from(reinterpret_cast<const sockaddr&>(address));
  start_reading();
  return {};
}

void Connection::start_reading() {
  auto give_buffer = [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
    auto& group = static_cast<Connection*>(handle->data)->group_;
    *buffer = uv_buf_init(group.read_buffer_.get(), ConnectionGroup::kReadBufferSize);
  };
  uv_read_start(stream(), give_buffer, [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
    static_cast<Connection*>(stream->data)->on_read(size, buffer);
  });
  reading_ = true;
}

void Connection::on_read(ssize_t size, const uv_buf_t* buffer) {
  if (size == 0) return;
  if (size > 0) {
    if (is_writable()) protocol_->on_bytes({buffer->base, static_cast<std::size_t>(size)});
    return;
  }
  pause_reading();
  if (size != UV_EOF) return lost(fail_uv("reading from the peer", static_cast<int>(size)).error());
  got_end_ = true;
  if (finishing_) return mark_dirty();
  if (!abort_) protocol_->on_end();
}

void Connection::pause_reading() {
  if (reading_) uv_read_stop(stream());
  reading_ = false;
}

void Connection::resume_reading() {
  if (!reading_ && !got_end_ && !closed_) start_reading();
}

WriteState Connection::write(std::string_view bytes) {
  if (!is_writable()) return WriteState::closed;
  queue_.append(bytes);
  return after_append();
}

WriteState Connection::write(std::string&& bytes) {
  if (!is_writable()) return WriteState::closed;
  queue_.append(std::move(bytes));
  return after_append();
}

WriteState Connection::after_append() {
  mark_dirty();
  auto is_over = [this] { return buffered_bytes() > group_.limits().high_water; };
  if (is_over()) send_now();  // a burst within one tick is not yet a slow peer
  if (is_over()) over_ = true;
  return over_ ? WriteState::over_limit : WriteState::ok;
}

std::size_t Connection::buffered_bytes() const {
  if (closed_) return 0;
  return queue_.size() + uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&tcp_));
}

void Connection::mark_dirty() {
  if (dirty_ || closed_) return;
  dirty_ = true;
  group_.dirty_.push_back(this);
}

void Connection::wake() {
  wanted_tick_ = true;
  mark_dirty();
}

void Connection::finish() {
  if (finishing_ || closed_) return;
  finishing_ = true;
  deadline_ = TimePoint::max();
  resume_reading();
  mark_dirty();
}

void Connection::abort(const Error& why) {
  if (abort_ || closed_) return;
  abort_ = std::make_unique<Error>(why);
  pause_reading();
  mark_dirty();
}

void Connection::tick() {
  if (closed_) return;
  if (abort_) {
    auto why = std::move(*abort_);
    return lost(why);
  }
  if (std::exchange(wanted_tick_, false)) {
    if (auto successor = protocol_->on_tick()) protocol_ = std::move(successor);
  }
  flush();
}

void Connection::send_now() {
  if (in_flight_ || queue_.empty() || abort_ || closed_) return;
  std::array<uv_buf_t, kBuffersPerCall> buffers;
  std::size_t count = queue_.gather(buffers);
  int written = uv_try_write(stream(), buffers.data(), static_cast<unsigned>(count));
  if (written < 0 && written != UV_EAGAIN) return abort(fail_uv("writing to the peer", written).error());
  if (written > 0) queue_.consume(static_cast<std::size_t>(written));
}

void Connection::flush() {
  if (in_flight_) return;
  send_now();
  if (abort_) return;
  if (!queue_.empty()) return start_write();
  after_flush();
}

void Connection::start_write() {
  in_flight_ = new InFlight{.request = {}, .queue = std::exchange(queue_, {})};
  std::vector<uv_buf_t> buffers(in_flight_->queue.segment_count());
  in_flight_->queue.gather(buffers);
  in_flight_->request.data = in_flight_;
  int status = uv_write(&in_flight_->request, stream(), buffers.data(), static_cast<unsigned>(buffers.size()),
                        [](uv_write_t* request, int result) {
                          auto* self = static_cast<Connection*>(request->handle->data);
                          delete static_cast<InFlight*>(request->data);
                          self->in_flight_ = nullptr;
                          self->on_written(result);
                        });
  if (status != 0) {
    delete std::exchange(in_flight_, nullptr);
    return abort(fail_uv("writing to the peer", status).error());
  }
  stalled_size_ = uv_stream_get_write_queue_size(stream());
  write_deadline_ = group_.loop().now() + group_.limits().write_stall;
  rearm();
}

void Connection::on_written(int status) {
  if (closed_) return;
  write_deadline_ = TimePoint::max();
  if (status < 0) return lost(fail_uv("writing to the peer", status).error());
  if (!abort_) flush();
}

void Connection::after_flush() {
  if (over_ && !finishing_ && buffered_bytes() <= group_.limits().high_water / 2) {
    over_ = false;
    protocol_->on_drained();
  }
  // What on_drained wrote makes the connection dirty again and is served by this or the next tick.
  if (!finishing_ || !queue_.empty() || in_flight_) return;
  if (got_end_) return abort({ErrorCode::unavailable, "the connection was closed"});
  if (std::exchange(sent_end_, true)) return;
  auto* request = new uv_shutdown_t;
  auto done = [](uv_shutdown_t* ended, int) { delete ended; };
  if (uv_shutdown(request, stream(), done) != 0) {
    delete request;
    return abort({ErrorCode::unavailable, "the connection was closed"});
  }
  write_deadline_ = group_.loop().now() + group_.limits().linger;
  rearm();
}

void Connection::set_deadline(TimePoint deadline) {
  deadline_ = deadline;
  rearm();
}

// Deadlines that move away leave the timer alone; it looks again when it fires.
void Connection::rearm() {
  if (closed_) return;
  auto earliest = std::min(deadline_, write_deadline_);
  if (earliest == TimePoint::max()) return;
  if (!timer_.armed() || earliest < timer_.deadline()) timer_.arm(earliest);
}

void Connection::on_timer() {
  auto now = group_.loop().now();
  if (write_deadline_ <= now) check_write_deadline();
  if (!closed_ && deadline_ <= now) {
    deadline_ = TimePoint::max();
    protocol_->on_deadline();
  }
  rearm();
}

void Connection::check_write_deadline() {
  if (sent_end_) return lost({ErrorCode::timed_out, "the peer did not close its side"});
  std::size_t left = uv_stream_get_write_queue_size(stream());
  if (left >= stalled_size_) return lost({ErrorCode::timed_out, "the peer takes nothing any more"});
  stalled_size_ = left;
  write_deadline_ = group_.loop().now() + group_.limits().write_stall;
}

void Connection::lost(const Error& error) {
  if (std::exchange(closed_, true)) return;
  timer_.disarm();
  queue_.clear();
  group_.connections_.erase(place_);
  uv_close(reinterpret_cast<uv_handle_t*>(&tcp_),
           [](uv_handle_t* handle) { delete static_cast<Connection*>(handle->data); });
  auto protocol = std::move(protocol_);
  if (!protocol) return;  // it failed while it was being accepted
  protocol->on_closed(error);
  if (group_.on_closed_) group_.on_closed_(*this);
}

}  // namespace chela::net

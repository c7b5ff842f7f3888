#include "kernel/core/net/connection_group.hpp"

#include <uv.h>

#include "kernel/core/net/response_writer.hpp"

namespace chela::net {

// A tick ends before the loop waits (prepare: what timers did) and after it has handled what arrived (check).
// The handles outlive the group by the time that libuv takes to close them.
struct ConnectionGroup::Ticker {
  uv_prepare_t prepare;
  uv_check_t check;
  int open = 2;

  static void closed(uv_handle_t* handle) {
    auto* self = static_cast<Ticker*>(handle->data);
    if (--self->open == 0) delete self;
  }
};

ConnectionGroup::ConnectionGroup(Loop& loop, const TransportLimits& limits)
    : loop_(loop), limits_(limits), read_buffer_(new char[kReadBufferSize]), ticker_(new Ticker) {
  uv_prepare_init(loop.uv(), &ticker_->prepare);
  uv_check_init(loop.uv(), &ticker_->check);
  ticker_->prepare.data = this;
  ticker_->check.data = this;
  uv_prepare_start(&ticker_->prepare,
                   [](uv_prepare_t* prepare) { static_cast<ConnectionGroup*>(prepare->data)->run_tick(); });
  uv_check_start(&ticker_->check, [](uv_check_t* check) { static_cast<ConnectionGroup*>(check->data)->run_tick(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&ticker_->prepare));
  uv_unref(reinterpret_cast<uv_handle_t*>(&ticker_->check));
}

ConnectionGroup::~ConnectionGroup() {
  on_closed_ = nullptr;
  close_all({ErrorCode::cancelled, "the server stopped"});
  ticker_->prepare.data = ticker_;
  ticker_->check.data = ticker_;
  uv_close(reinterpret_cast<uv_handle_t*>(&ticker_->prepare), Ticker::closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&ticker_->check), Ticker::closed);
}

Result<Connection*> ConnectionGroup::accept(uv_stream_t* listener) {
  auto* connection = new Connection(*this);
  connection->place_ = connections_.insert(connections_.end(), connection);
  if (auto opened = connection->open(listener); !opened) {
    connection->lost(opened.error());
    return std::unexpected(std::move(opened.error()));
  }
  return connection;
}

void ConnectionGroup::shut_down() {
  // A protocol may end other connections: go by copies that are still in the list.
  std::vector<Connection*> present(connections_.begin(), connections_.end());
  for (auto* connection : present) {
    if (!connection->closed_ && !connection->finishing_) connection->protocol_->on_shutdown();
  }
}

void ConnectionGroup::close_all(const Error& why) {
  while (!connections_.empty()) connections_.front()->lost(why);
}

void ConnectionGroup::run_tick() {
  // What a tick makes dirty again is served by the same pass; each connection is in the list at most once.
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    Connection* connection = dirty_[i];
    connection->dirty_ = false;
    connection->tick();
  }
  dirty_.clear();
}

std::string_view ConnectionGroup::date() {
  std::int64_t now = loop_.clock().unix_ms() / 1000;
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(now * 1000);
  }
  return date_;
}

}  // namespace chela::net

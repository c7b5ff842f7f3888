#include "tools/plugin_host/event_stream.hpp"

#include <utility>

namespace chela::plugin_host {

void EventStream::push(std::string event) {
  events_.push_back(std::move(event));
  if (!pumping_) loop_.spawn("events", pump(shared_from_this()));
}

Task<Result<void>> EventStream::pump(std::shared_ptr<EventStream> self) {
  self->pumping_ = true;
  while (!self->events_.empty()) {
    auto event = std::move(self->events_.front());
    self->events_.pop_front();
    auto sent = co_await self->request_.send_event(std::move(event));
    if (!sent) self->events_.clear();  // nobody waits for them any more
  }
  self->pumping_ = false;
  if (auto end = std::exchange(self->end_, nullptr)) end(self->request_);
  co_return Result<void>{};
}

void EventStream::end_by(std::move_only_function<void(rpc::Request&)> end) {
  if (pumping_) {
    end_ = std::move(end);
  } else {
    end(request_);
  }
}

void EventStream::answer(std::string result) {
  end_by([result = std::move(result)](rpc::Request& request) mutable { request.answer(std::move(result)); });
}

void EventStream::fail(Error error, std::string data) {
  end_by([error = std::move(error), data = std::move(data)](rpc::Request& request) mutable {
    request.fail(error, std::move(data));
  });
}

}  // namespace chela::plugin_host

#ifndef CHELA_HOST_HPP
#define CHELA_HOST_HPP
// The host as a plugin sees it: a small value to copy and keep. A plugin's constructor may keep it and must not
// call it; from configure() on its services are there, as far as the manifest's permissions go.

#include <list>
#include <memory>

#include "chela/ext/http.h"
#include "chela/ext/log.h"
#include "chela/ext/timer.h"
#include "chela/failure.hpp"

namespace chela {
inline namespace sdk {

namespace detail {

// Work that the host holds for the plugin: a request, a timer. Loop only.
class OpenWork : public std::enable_shared_from_this<OpenWork> {
 public:
  virtual ~OpenWork() = default;
  virtual void cancel() = 0;
};

// One per plugin instance, shared by every copy of Host. The list is loop only.
struct HostState {
  const chela_host* host = nullptr;
  std::list<std::shared_ptr<OpenWork>> open;
  bool stopped = false;

  void remove(const OpenWork* work) {
    open.remove_if([&](const std::shared_ptr<OpenWork>& held) { return held.get() == work; });
  }

  void add(std::shared_ptr<OpenWork> work) {
    if (stopped) throw Failure(CHELA_CANCELLED, "the plugin was stopped");
    open.push_back(std::move(work));
  }

  // At stop: nothing may call back afterwards, and what is told of its end may start nothing new.
  void cancel_all() {
    stopped = true;
    while (!open.empty()) {
      std::shared_ptr<OpenWork> work = open.front();
      open.pop_front();
      work->cancel();
    }
  }

  template <class Service>
  const Service* find(const char* id) const {
    return static_cast<const Service*>(host->get_service(host, to_str(id)));
  }
  template <class Service>
  const Service* get(const char* id) const {
    const Service* service = find<Service>(id);
    if (service == nullptr) {
      throw Failure(
          CHELA_UNAVAILABLE,
          std::string("using ") + id + ": the host does not offer it to this plugin; see permissions in its manifest");
    }
    return service;
  }
};

}  // namespace detail

// The gateway's log, under the plugin's id. Lines are dropped when the host has no log. Any thread.
class Log {
 public:
  explicit Log(std::shared_ptr<detail::HostState> state) : state_(std::move(state)) {}
  void debug(std::string_view line) const { write(CHELA_LOG_DEBUG, line); }
  void info(std::string_view line) const { write(CHELA_LOG_INFO, line); }
  void warn(std::string_view line) const { write(CHELA_LOG_WARN, line); }
  void error(std::string_view line) const { write(CHELA_LOG_ERROR, line); }
  void write(chela_log_level level, std::string_view line) const {
    const auto* service = state_->find<chela_host_log>(CHELA_EXT_LOG);
    if (service != nullptr) service->write(state_->host, level, to_str(line));
  }

 private:
  std::shared_ptr<detail::HostState> state_;
};

class Http;
class Timers;
class Inbound;

class Host {
 public:
  explicit Host(const chela_host* host) : state_(std::make_shared<detail::HostState>()) { state_->host = host; }

  Log log() const { return Log(state_); }
  Http http() const;        // needs chela/http.hpp; its send() throws Failure when the manifest has no permissions.network
  Timers timer() const;     // needs chela/timer.hpp
  Inbound inbound() const;  // needs chela/channel.hpp; throws Failure when the manifest has no channel

  const chela_host* raw() const { return state_->host; }
  const std::shared_ptr<detail::HostState>& state() const { return state_; }

 private:
  std::shared_ptr<detail::HostState> state_;
};

}  // namespace sdk
}  // namespace chela
#endif

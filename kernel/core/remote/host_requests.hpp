#pragma once

// What plugins in other processes may ask of the gateway or tell it, by the method of the plugin protocol. Filled by the
// application before the first host process starts; outlives them all. Loop thread only.

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kernel/core/plugins/manifest.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::remote {

class HostRequests {
 public:
  // `plugin` is who asks: it runs in the process that has sent the message. The request is answered now or later;
  // its parameters are a JSON object and no more than that has been checked.
  using Answer = std::function<void(const plugins::Manifest& plugin, rpc::Request request)>;
  using Hear = std::function<void(const plugins::Manifest& plugin, std::string_view params)>;

  void answer(std::string method, Answer handler) { answers_.insert_or_assign(std::move(method), std::move(handler)); }
  void hear(std::string method, Hear handler) { heard_.insert_or_assign(std::move(method), std::move(handler)); }

  // Null when nobody does.
  const Answer* who_answers(std::string_view method) const { return find(answers_, method); }
  const Hear* who_hears(std::string_view method) const { return find(heard_, method); }

 private:
  template <class Handler>
  using ByMethod = std::map<std::string, Handler, std::less<>>;

  template <class Handler>
  static const Handler* find(const ByMethod<Handler>& handlers, std::string_view method) {
    auto found = handlers.find(method);
    return found == handlers.end() ? nullptr : &found->second;
  }

  ByMethod<Answer> answers_;
  ByMethod<Hear> heard_;
};

}  // namespace chela::remote

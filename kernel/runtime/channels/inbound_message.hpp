#pragma once

// A message that a channel received, whoever the channel is. Everything in it is somebody else's word. Any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/runtime/sessions/session_store.hpp"

namespace chela::runtime {

struct InboundMessage {
  std::string plugin_id;  // who brought it
  std::string channel;
  std::string account = "default";
  std::string peer;     // where an answer goes
  std::string thread;   // empty: none
  std::string service_id;  // what the service calls the message; empty: it says nothing
  bool direct = true;   // not in a group
  std::string sender;   // id; empty: not said
  std::vector<std::string> sender_aliases;  // other names of the same person
  std::string session_key;  // upstream's form
  std::string text;     // as the model gets it
  std::string command;  // the words alone, as they are looked at for a command; empty: as `text`
  bool may_command = false;  // the channel's plugin says that the sender may give commands
  std::size_t images = 0;  // that came along and are not shown to the model

  SessionIdentity identity() const;
  // Unique among all messages; the same for the same message. Empty when the service says no id.
  std::string message_id() const;
};

}  // namespace chela::runtime

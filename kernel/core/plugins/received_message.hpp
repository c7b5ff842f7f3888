#pragma once

// What a native channel hands over by chela.inbound/1 (its header says what each member is), as a value. Any thread.

#include <string>

namespace chela::plugins {

struct ReceivedMessage {
  std::string channel;
  std::string account;
  std::string message_id;
  std::string peer;
  std::string thread;
  std::string sender;
  std::string text;
  std::string details;  // a JSON object, or empty
};

}  // namespace chela::plugins

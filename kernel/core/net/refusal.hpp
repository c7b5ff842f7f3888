#pragma once

#include <string>

namespace chela::net {

// Why a request is not served: the connection is closed after the response.
struct Refusal {
  int status = 400;
  std::string message;  // what is wrong and what to do, for the response body
};

}  // namespace chela::net

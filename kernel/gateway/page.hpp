#pragma once

// The web page: files made from web/ and embedded in the program. Anyone may fetch them; they hold no secrets.

#include "kernel/gateway/service.hpp"

namespace chela::gateway {

void add_page(Service& service);

}  // namespace chela::gateway

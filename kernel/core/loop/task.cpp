#include "kernel/core/loop/task.hpp"

namespace chela::detail {

std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "not derived from std::exception";
  }
}

}  // namespace chela::detail

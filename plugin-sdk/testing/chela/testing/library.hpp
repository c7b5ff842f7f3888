#ifndef CHELA_TESTING_LIBRARY_HPP
#define CHELA_TESTING_LIBRARY_HPP
// A plugin's shared library; its entry lives as long as this.

#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include "chela/abi.h"

namespace chela {
namespace testing {

class Library {
 public:
  explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
  }
  Library(const Library&) = delete;
  ~Library() { dlclose(handle_); }
  // Null when the library does not export the symbol.
  const chela_entry* find_entry() const {
    return static_cast<const chela_entry*>(dlsym(handle_, "chela_plugin_entry"));
  }
  const chela_entry& entry() const {
    if (find_entry() == nullptr) throw std::runtime_error("the library exports no chela_plugin_entry");
    return *find_entry();
  }

 private:
  void* handle_;
};

}  // namespace testing
}  // namespace chela
#endif

#pragma once

// A file descriptor that is closed with its owner. Any thread, one at a time.

#include <unistd.h>

#include <utility>

namespace chela::platform {

class OwnedDescriptor {
 public:
  OwnedDescriptor() = default;
  explicit OwnedDescriptor(int descriptor) : descriptor_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    reset(std::exchange(other.descriptor_, -1));
    return *this;
  }
  ~OwnedDescriptor() { reset(); }

  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }
  explicit operator bool() const { return valid(); }
  // Closes it now. False when the system says that something written before did not arrive.
  bool close() { return descriptor_ < 0 || ::close(std::exchange(descriptor_, -1)) == 0; }
  // Hands it over; whoever takes it closes it.
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }
  void reset(int descriptor = -1) {
    if (int old = std::exchange(descriptor_, descriptor); old >= 0) ::close(old);
  }

 private:
  int descriptor_ = -1;
};

}  // namespace chela::platform

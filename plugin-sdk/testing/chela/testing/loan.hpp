#ifndef CHELA_TESTING_LOAN_HPP
#define CHELA_TESTING_LOAN_HPP
// What a host lends for one call: texts and structs that the plugin may read until the call returns.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chela/failure.hpp"

namespace chela {
namespace testing {

// How a host lends, to find plugins that borrow too much or for too long.
struct Lending {
  bool fenced = false;   // whatever is lent ends where readable memory ends
  bool revoked = false;  // after the call, touching what was lent ends the process
  bool later = false;    // structs are as long as those of a later minor version
};

constexpr std::size_t kLaterBytes = 64;  // what that later version has appended to each struct

// A struct of the ABI that begins with its size, in memory of its own.
template <class T>
class Struct {
 public:
  Struct(const T& value, bool later) : bytes_(std::make_unique<unsigned char[]>(sizeof(T) + kLaterBytes)) {
    std::memset(bytes_.get(), 0xA5, sizeof(T) + kLaterBytes);
    std::memcpy(bytes_.get(), &value, sizeof(T));
    if (later) reinterpret_cast<T*>(bytes_.get())->struct_size += static_cast<std::uint32_t>(kLaterBytes);
  }
  const T* get() const { return reinterpret_cast<const T*>(bytes_.get()); }

 private:
  std::unique_ptr<unsigned char[]> bytes_;
};

// The loan of one call: ends with return_all(), or with itself. One thread at a time.
class Loan {
 public:
  explicit Loan(Lending how) : how_(how) {}
  Loan(const Loan&) = delete;

  chela_str text(std::string_view text) {
    return {static_cast<const char*>(copy(text.data(), text.size())), text.size()};
  }
  const chela_str* texts(const std::vector<std::string>& list) {
    std::vector<chela_str> lent;
    for (const auto& entry : list) lent.push_back(text(entry));
    return array(lent);
  }
  template <class T>
  const T* array(const std::vector<T>& list) {
    return static_cast<const T*>(copy(list.data(), list.size() * sizeof(T)));
  }
  template <class T>
  const T* object(const T& value) {
    const Struct<T> whole(value, how_.later);
    return static_cast<const T*>(copy(whole.get(), whole.get()->struct_size));
  }

  // The call has returned. Memory that was lent plainly stays readable for as long as the loan lives.
  void return_all() {
    if (!how_.revoked) return;
    for (const auto& pages : pages_) ::mprotect(pages.first, pages.second, PROT_NONE);
    pages_.clear();
  }

 private:
  const void* copy(const void* bytes, std::size_t size) {
    if (how_.fenced || how_.revoked) return copy_to_pages(bytes, size);
    plain_.push_back(std::make_unique<unsigned char[]>(size + 1));  // the NUL after it is luck, as in real hosts
    if (size != 0) std::memcpy(plain_.back().get(), bytes, size);
    return plain_.back().get();
  }
  // Never unmapped, so that its addresses are never lent again.
  const void* copy_to_pages(const void* bytes, std::size_t size) {
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t room = (size / page + 1) * page;
    void* begin = ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED) throw std::bad_alloc();
    auto* place = static_cast<unsigned char*>(begin) + (how_.fenced ? room - size : 0);
    if (size != 0) std::memcpy(place, bytes, size);
    ::mprotect(static_cast<unsigned char*>(begin) + room, page, PROT_NONE);
    pages_.emplace_back(begin, room);
    return place;
  }

  Lending how_;
  std::vector<std::unique_ptr<unsigned char[]>> plain_;
  std::vector<std::pair<void*, std::size_t>> pages_;
};

}  // namespace testing
}  // namespace chela
#endif

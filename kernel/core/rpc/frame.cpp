#include "kernel/core/rpc/frame.hpp"

#include <algorithm>
#include <utility>

#include "kernel/core/base/assert.hpp"

namespace chela::rpc {
namespace {

constexpr std::size_t kKeptCapacity = 64 * 1024;  // a buffer above is freed after its frame

}  // namespace

std::string frame_header(std::size_t size) {
  std::string header(kFrameHeaderSize, '\0');
  for (std::size_t i = 0; i < kFrameHeaderSize; ++i) header[i] = static_cast<char>(size >> (8 * i) & 0xFF);
  return header;
}

void FrameReader::feed(std::string_view bytes) {
  CHELA_ASSERT(input_.empty(), "next() is called until it yields nothing");
  input_ = bytes;
}

Result<std::size_t> FrameReader::length_of(std::string_view header) const {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kFrameHeaderSize; ++i) {
    length |= static_cast<std::size_t>(static_cast<std::uint8_t>(header[i])) << (8 * i);
  }
  if (length > frame_bytes_max_) {
    return fail(ErrorCode::protocol, "reading a frame: its length is {} bytes, {} are allowed", length, frame_bytes_max_);
  }
  return length;
}

// Moves input behind the partial frame until that has `wanted` bytes.
void FrameReader::keep(std::size_t wanted) {
  auto taken = std::min(wanted - partial_.size(), input_.size());
  if (partial_.capacity() < partial_.size() + taken + kFramePadding) {
    auto needed = partial_.size() + taken + kFramePadding;
    partial_.reserve(std::max(needed, std::min(wanted + kFramePadding, 2 * needed)));
  }
  partial_ += input_.substr(0, taken);
  input_.remove_prefix(taken);
}

Result<std::optional<std::string_view>> FrameReader::next() {
  if (std::exchange(partial_read_, false)) {
    partial_.clear();
    if (partial_.capacity() > kKeptCapacity) std::string().swap(partial_);
  }
  if (partial_.empty() && input_.size() >= kFrameHeaderSize) {
    CHELA_TRY(auto length, length_of(input_));
    if (input_.size() - kFrameHeaderSize >= length) {
      auto frame = input_.substr(kFrameHeaderSize, length);
      input_.remove_prefix(kFrameHeaderSize + length);
      return frame;
    }
  }
  if (partial_.size() < kFrameHeaderSize) keep(kFrameHeaderSize);
  if (partial_.size() < kFrameHeaderSize) return std::nullopt;
  CHELA_TRY(auto length, length_of(partial_));
  keep(kFrameHeaderSize + length);
  if (partial_.size() < kFrameHeaderSize + length) return std::nullopt;
  partial_read_ = true;
  return std::string_view(partial_).substr(kFrameHeaderSize);
}

}  // namespace chela::rpc

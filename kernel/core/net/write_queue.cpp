#include "kernel/core/net/write_queue.hpp"

#include <algorithm>

#include "kernel/core/base/assert.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kMoveSizeMin = 4096;          // below, copying is cheaper than one more buffer per system call
constexpr std::size_t kSegmentSizeMax = 64 * 1024;  // above, growing a segment would copy too much

}  // namespace

void WriteQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (segment_count() > 0 && segments_.back().size() + bytes.size() <= kSegmentSizeMax) {
    segments_.back() += bytes;
  } else {
    segments_.emplace_back(bytes);
  }
}

void WriteQueue::append(std::string&& bytes) {
  bool joins = segment_count() > 0 && bytes.size() < kMoveSizeMin;
  if (joins || bytes.empty()) return append(std::string_view(bytes));
  size_ += bytes.size();
  segments_.push_back(std::move(bytes));
}

std::size_t WriteQueue::gather(std::span<uv_buf_t> buffers) const {
  std::size_t count = std::min(buffers.size(), segment_count());
  for (std::size_t i = 0; i < count; ++i) {
    std::string_view segment = segments_[first_ + i];
    if (i == 0) segment.remove_prefix(first_offset_);
    // libuv only reads what it writes; its buffer type serves both directions.
    buffers[i] = uv_buf_init(const_cast<char*>(segment.data()), static_cast<unsigned>(segment.size()));
  }
  return count;
}

void WriteQueue::consume(std::size_t bytes) {
  CHELA_ASSERT(bytes <= size_, "no more is written than waits");
  size_ -= bytes;
  if (size_ == 0) return clear();
  while (bytes >= segments_[first_].size() - first_offset_) {
    bytes -= segments_[first_].size() - first_offset_;
    std::string().swap(segments_[first_]);
    ++first_;
    first_offset_ = 0;
  }
  first_offset_ += bytes;
}

void WriteQueue::clear() {
  std::vector<std::string>().swap(segments_);
  first_ = first_offset_ = size_ = 0;
}

}  // namespace chela::net

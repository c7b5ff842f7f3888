#pragma once

// Bytes that wait to be written, in segments: small pieces are joined, large ones are moved in. Holds no memory when
// empty. No sockets here. Loop thread only.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

namespace chela::net {

class WriteQueue {
 public:
  void append(std::string_view bytes);
  void append(std::string&& bytes);  // without copying when large
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // The first segments as buffers; returns how many. Valid until the next change.
  std::size_t gather(std::span<uv_buf_t> buffers) const;
  std::size_t segment_count() const { return segments_.size() - first_; }
  void consume(std::size_t bytes);  // from the front
  void clear();

 private:
  std::vector<std::string> segments_;
  std::size_t first_ = 0;         // segments before it are written
  std::size_t first_offset_ = 0;  // bytes of segments_[first_] that are written
  std::size_t size_ = 0;
};

}  // namespace chela::net

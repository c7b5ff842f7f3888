#pragma once

// Frames of the plugin protocol: a length (4 bytes, little endian, of what follows), then one message. No sockets here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::rpc {

constexpr std::size_t kFrameHeaderSize = 4;
// Bytes that may be read, whatever they are, after the end of each frame that a reader yields: readers of JSON may look a little further.
constexpr std::size_t kFramePadding = 64;

// The bytes in front of a message of `size` bytes.
std::string frame_header(std::size_t size);

// Cuts a stream of bytes into frames, however it arrives. Frames that arrive whole are not copied.
//   reader.feed(bytes);
//   for (;;) { CHELA_TRY(auto frame, reader.next()); if (!frame) break; … }
class FrameReader {
 public:
  explicit FrameReader(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  // Takes what arrived: borrowed until next() has yielded nothing, with kFramePadding readable bytes behind it.
  void feed(std::string_view bytes);
  // The next whole frame, valid until the next call; nothing when more bytes are needed. Error `protocol` when a length
  // is above the limit; the reader is of no use afterwards. Memory grows with what has arrived, not with what is announced.
  Result<std::optional<std::string_view>> next();

  std::size_t buffered_bytes() const { return partial_.size() + input_.size(); }
  std::size_t buffer_capacity() const { return partial_.capacity(); }

 private:
  Result<std::size_t> length_of(std::string_view header) const;
  void keep(std::size_t wanted);

  std::size_t frame_bytes_max_;
  std::string_view input_;
  std::string partial_;        // a frame that did not arrive whole, header included
  bool partial_read_ = false;  // it has been yielded
};

}  // namespace chela::rpc

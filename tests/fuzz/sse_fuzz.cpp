// Event streams, read by the kernel (kernel/core/net/sse_parser.hpp) and by plugins (chela/sse.hpp).

#include <optional>
#include <string>

#include "chela/sse.hpp"
#include "kernel/core/net/sse.hpp"
#include "kernel/core/net/sse_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

constexpr std::size_t kLineMax = 64;
constexpr std::size_t kEventMax = 100;
constexpr std::size_t kNoLimit = 1 << 20;

struct Event {
  std::string name, data, id;
  bool operator==(const Event&) const = default;
};
struct Stream {
  std::vector<Event> events;
  bool too_large = false;
  bool operator==(const Stream&) const = default;
};

Stream read_by_kernel(const Pieces& pieces, net::SseLimits limits) {
  Stream stream;
  net::SseParser parser(
      [&](const net::SseParser::Event& event) {
        must(event.data.size() <= limits.event_size_max, "an event keeps its limit");
        stream.events.push_back({std::string(event.name), std::string(event.data), std::string(event.id)});
      },
      limits);
  for (auto piece : pieces) {
    if (parser.feed(piece)) continue;
    stream.too_large = true;
    must(!parser.feed("data: x\n\n"), "a parser that gave up takes nothing any more");
    break;
  }
  return stream;
}

Stream read_by_plugin(const Pieces& pieces, SseLimits limits, bool finish = false) {
  Stream stream;
  SseParser parser(
      [&](const SseEvent& event) {
        must(event.data.size() <= limits.event_bytes_max, "an event keeps its limit");
        stream.events.push_back({event.name, event.data, event.id});
      },
      limits);
  try {
    for (auto piece : pieces) parser.feed(piece);
    if (finish) parser.finish();
  } catch (const Failure& failure) {
    must(failure.status() == CHELA_TOO_LARGE, "a parser fails at its limits only", failure.text());
    stream.too_large = true;
  }
  return stream;
}

void check_written(const Event& event) {
  if ((event.name + event.id).find('\0') != std::string::npos) return;  // dropped by the writer
  std::string text;
  net::append_comment(text, event.data);
  net::append_event(text, {.data = event.data, .event = event.name, .id = event.id});
  auto again = read_by_kernel({text}, {});
  must(again.events.size() == 1 && again.events[0] == event, "what is written is read back", text);
}

}  // namespace

void run(std::string_view bytes) {
  auto ways = cuts(bytes);
  auto kernel = read_by_kernel(ways[0], {kNoLimit, kNoLimit});
  auto narrow = read_by_kernel(ways[0], {kLineMax, kEventMax});
  auto plugin_narrow = read_by_plugin(ways[0], {kLineMax, kEventMax});
  auto finished = read_by_plugin(ways[0], {kNoLimit, kNoLimit}, true);
  must(!kernel.too_large, "no limit, no refusal");
  for (const auto& pieces : ways) {
    must(read_by_kernel(pieces, {kNoLimit, kNoLimit}) == kernel, "the kernel's events do not depend on the cuts");
    must(read_by_kernel(pieces, {kLineMax, kEventMax}) == narrow, "the kernel's limits do not depend on the cuts");
    must(read_by_plugin(pieces, {kNoLimit, kNoLimit}) == kernel, "both parsers read the same");
    must(read_by_plugin(pieces, {kLineMax, kEventMax}) == plugin_narrow, "limits do not depend on the cuts");
    must(read_by_plugin(pieces, {kNoLimit, kNoLimit}, true) == finished, "the end does not depend on the cuts");
  }
  must(finished.events.size() <= kernel.events.size() + 1, "the end completes one event at most");
  for (const auto& event : kernel.events) check_written(event);
}

}  // namespace chela::fuzz

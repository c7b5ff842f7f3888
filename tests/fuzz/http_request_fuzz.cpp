// The requests of one connection (kernel/core/net/http_codec.hpp), pipelined.

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"
#include "kernel/core/net/http_codec.hpp"
#include "kernel/core/net/http_target.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using net::RequestParser;
using Step = net::RequestParser::Step;

// Small, so that inputs of some hundred bytes reach them.
const net::HttpLimits kLimits{.head_size_max = 512,
                              .header_count_max = 8,
                              .target_size_max = 128,
                              .chunk_extension_size_max = 16,
                              .chunk_overhead_max = 32,
                              .trailer_size_max = 32};
constexpr std::uint64_t kBodyMax = 256;

void check_head(const net::RequestHead& head) {
  must(head.path == "*" || head.path.starts_with('/'), "a path is absolute", head.path);
  must(is_valid_utf8(head.path), "a path is UTF-8", head.path);
  must(std::ranges::none_of(head.path, net::is_control), "a path has no control characters", head.path);
  must(head.path.find('\\') == std::string::npos && head.path.find("//") == std::string::npos,
       "a path has one spelling", head.path);
  for (auto segment : split(head.path, '/')) must(segment != "." && segment != "..", "no dot segments", head.path);
  must(head.target.size() <= kLimits.target_size_max, "the target keeps its limit", head.target);
  must(head.headers.size() <= kLimits.header_count_max, "the headers keep their limit");
  must(head.version_minor == 0 || head.headers.count("host") == 1, "there is one host");
  if (auto host = head.headers.find("host")) must(net::is_valid_host(*host), "the host is one", *host);
  std::size_t size = head.method.size() + head.target.size();
  for (auto field : head.headers) {
    must(net::is_token(field.name), "a header has a name", field.name);
    must(std::ranges::all_of(field.value, net::is_value_char), "a header's value is one line", field.value);
    size += field.name.size() + field.value.size();
  }
  must(size <= kLimits.head_size_max, "the head keeps its limit");
  bool chunked = head.headers.find("transfer-encoding").has_value();
  must(!chunked || !head.headers.find("content-length"), "a body has one length");
  must(!chunked || equal_ignoring_case(*head.headers.find("transfer-encoding"), "chunked"), "chunked is all we know");
}

std::string text_of(const net::HttpRequest& request) {
  std::string out = fmt::format("{} {} 1.{}\npath {}\nquery {}\n", request.method, request.target,
                                request.version_minor, request.path, request.query);
  for (auto field : request.headers) out += fmt::format("{}: {}\n", field.name, field.value);
  return out + fmt::format("{} bytes: {}\n", request.body.size(), request.body);
}

// Every request that was seen and how it ended, in one text.
std::string read(const Pieces& pieces, std::vector<net::HttpRequest>* requests = nullptr) {
  RequestParser parser(kLimits);
  std::string seen;
  for (auto input : pieces) {
    for (bool more = true; more;) {
      auto before = input.size();
      switch (parser.feed(input)) {
        case Step::need_more:
          must(input.empty(), "who needs more has consumed all");
          must(parser.body_size() <= kBodyMax, "a body keeps its limit");
          more = false;
          break;
        case Step::head:
          check_head(parser.head());
          parser.admit(kBodyMax);
          break;
        case Step::complete: {
          auto request = parser.take();
          must(request.body.size() <= kBodyMax, "a body keeps its limit");
          must(request.content_length.value_or(request.body.size()) == request.body.size(), "a body is whole");
          seen += text_of(request);
          if (requests) requests->push_back(std::move(request));
          break;
        }
        case Step::refused:
          must(parser.refusal() && parser.refusal()->status >= 400, "a refusal says why");
          return seen + fmt::format("refused {} {}", parser.refusal()->status, parser.refusal()->message);
      }
      must(input.size() <= before, "input is only consumed");
    }
  }
  return seen + (parser.got_some() ? "cut off" : "done");
}

// The request as a proxy would send it on, with the length of its body.
std::string written(const net::HttpRequest& request) {
  std::string out = fmt::format("{} {} HTTP/1.{}\r\n", request.method, request.target, request.version_minor);
  for (auto field : request.headers) {
    bool frames = equal_ignoring_case(field.name, "transfer-encoding") || equal_ignoring_case(field.name, "content-length");
    if (!frames) out += fmt::format("{}: {}\r\n", field.name, field.value);
  }
  return out + fmt::format("Content-Length: {}\r\n\r\n{}", request.body.size(), request.body);
}

void check_again(const net::HttpRequest& request) {
  if (request.headers.size() == kLimits.header_count_max) return;  // there may be no room for the length
  auto text = written(request);
  if (text.size() - request.body.size() >= kLimits.head_size_max) return;
  std::vector<net::HttpRequest> again;
  auto seen = read({text}, &again);
  must(again.size() == 1 && seen.ends_with("done"), "what was accepted is accepted again", text + seen);
  must(again[0].path == request.path && again[0].query == request.query && again[0].method == request.method &&
           again[0].body == request.body,
       "what was accepted means the same again", text);
}

}  // namespace

void run(std::string_view bytes) {
  std::vector<net::HttpRequest> requests;
  auto ways = cuts(bytes);
  auto whole = read(ways[0], &requests);
  for (const auto& pieces : ways) {
    auto seen = read(pieces);
    must(seen == whole, "the verdict does not depend on the cuts", whole + "\n---\n" + seen);
  }
  for (const auto& request : requests) check_again(request);
}

}  // namespace chela::fuzz

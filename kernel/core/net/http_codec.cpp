#include "kernel/core/net/http_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"
#include "kernel/core/net/chunk_decoder.hpp"
#include "kernel/core/net/head_scanner.hpp"
#include "kernel/core/net/http_target.hpp"

namespace chela::net {
namespace {

namespace beast_http = boost::beast::http;
using beast_http::error;
using boost::beast::error_code;

constexpr std::size_t kMethodSizeMax = 32;
constexpr std::uint64_t kReserveMax = 64 * 1024;  // a declared length is a promise, not a reason to allocate

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// Beast's grammar of a head, writing into our types. Its own request_parser would store every header a second time.
class Grammar final : public beast_http::basic_parser<true> {
 public:
  Grammar(const HttpLimits& limits, HttpRequest& request, std::optional<Refusal>& refusal)
      : limits_(limits), request_(request), refusal_(refusal) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner has counted
    body_limit(boost::none);                                  // the route knows: admit()
  }

 private:
  void refuse(int status, std::string message, error_code& ec) {
    refusal_ = Refusal{status, std::move(message)};
    ec = error::bad_value;
  }

  void on_request_impl(beast_http::verb, boost::beast::string_view method, boost::beast::string_view target,
                       int version, error_code& ec) override {
    if (method.size() > kMethodSizeMax) return refuse(400, "the method is too long", ec);
    if (target.size() > limits_.target_size_max) return refuse(414, "the target of the request is too long", ec);
    request_.method = view(method);
    request_.target = view(target);
    request_.version_minor = version - 10;
  }

  void on_field_impl(beast_http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& ec) override {
    if (request_.headers.size() == limits_.header_count_max) {
      return refuse(431, fmt::format("there are more than {} headers", limits_.header_count_max), ec);
    }
    request_.headers.add(view(name), view(value));
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  // Bodies are not given to it.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  const HttpLimits& limits_;
  HttpRequest& request_;
  std::optional<Refusal>& refusal_;
};

// "GET / HTTP/2.0" is a version that we lack; "GET / HTTP/x" is no request.
bool names_a_version(std::string_view head) {
  auto line = head.substr(0, head.find('\r'));
  if (line.size() < 9 || std::ranges::count(line, ' ') != 2) return false;
  auto version = line.substr(line.size() - 9);
  return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' && is_digit(version[8]);
}

std::optional<Refusal> check_framing(const RequestHead& head) {
  auto codings = head.headers.count("transfer-encoding");
  auto lengths = head.headers.count("content-length");
  if (codings > 0) {
    if (head.version_minor == 0) return Refusal{400, "HTTP/1.0 knows no Transfer-Encoding"};
    if (lengths > 0) return Refusal{400, "Content-Length and Transfer-Encoding exclude each other"};
    if (codings > 1 || !equal_ignoring_case(*head.headers.find("transfer-encoding"), "chunked")) {
      return Refusal{400, "the only Transfer-Encoding accepted is: chunked"};
    }
  }
  if (lengths > 1) return Refusal{400, "there is more than one Content-Length"};
  auto length = head.headers.value_or("content-length", "0");
  if (length.empty() || !std::ranges::all_of(length, is_digit)) {
    return Refusal{400, "the Content-Length is not a number"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_host(const RequestHead& head, std::string_view authority) {
  auto hosts = head.headers.count("host");
  if (hosts == 0 && head.version_minor == 0) return std::nullopt;
  if (hosts == 0) return Refusal{400, "the Host header is missing"};
  if (hosts > 1) return Refusal{400, "there is more than one Host header"};
  auto host = *head.headers.find("host");
  if (!is_valid_host(host)) return Refusal{400, "the Host header names no valid host"};
  if (!authority.empty() && !equal_ignoring_case(authority, host)) {
    return Refusal{400, "the target names another host than the Host header"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_wishes(const RequestHead& head) {
  if (head.method == "CONNECT" || head.method == "TRACE") {
    return Refusal{405, fmt::format("the method {} is not served here", head.method)};
  }
  if (head.headers.count("expect") > 1 ||
      !equal_ignoring_case(head.headers.value_or("expect", "100-continue"), "100-continue")) {
    return Refusal{417, "the only expectation known is: 100-continue"};
  }
  return std::nullopt;
}

}  // namespace

class RequestParser::State {
 public:
  explicit State(const HttpLimits& limits) : limits(limits) { start(); }

  void start() {
    request = {};
    grammar.emplace(limits, request, refusal);
    scanner.reset();
    chunks.reset();
    buffer.clear();
    in_body = chunked = admitted = started = false;
  }

  Step refuse(int status, std::string message) {
    if (!refusal) refusal = Refusal{status, std::move(message)};
    return Step::refused;
  }

  Step feed_head(std::string_view& input);
  Step finish_head(std::string_view head);
  Step feed_body(std::string_view& input);

  const HttpLimits& limits;
  HttpRequest request;
  std::optional<Refusal> refusal;
  std::optional<Grammar> grammar;
  HeadScanner scanner;
  std::optional<ChunkDecoder> chunks;
  std::string buffer;  // an incomplete header section
  bool in_body = false;
  bool chunked = false;
  bool admitted = false;
  bool started = false;
};

RequestParser::Step RequestParser::State::feed_head(std::string_view& input) {
  if (input.empty()) return Step::need_more;
  started = true;
  std::size_t before = buffer.size();
  std::string_view bytes = input;
  if (before > 0) {
    buffer += input.substr(0, limits.head_size_max - before);  // the scanner refuses at that size
    bytes = buffer;
  }
  auto verdict = scanner.scan(bytes, limits);
  if (verdict.status != 0) return refuse(verdict.status, std::string(verdict.message));
  if (verdict.end == 0) {
    if (before == 0) buffer = input;
    input = {};
    return Step::need_more;
  }
  input.remove_prefix(verdict.end - before);
  auto step = finish_head(bytes.substr(verdict.begin, verdict.end - verdict.begin));
  buffer.clear();
  return step;
}

RequestParser::Step RequestParser::State::finish_head(std::string_view head) {
  error_code ec;
  auto used = grammar->put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (ec == error::bad_version && names_a_version(head)) {
    return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  if (ec) return refuse(400, fmt::format("the request is malformed: {}", ec.message()));
  if (!grammar->is_header_done() || used != head.size()) return refuse(400, "the header section is malformed");

  if (auto bad = check_framing(request)) return refuse(bad->status, bad->message);
  if (request.method == "CONNECT") return refuse(405, "the method CONNECT is not served here");
  auto target = parse_target(request.method, request.target);
  if (!target) return refuse(400, target.error().message);
  if (auto bad = check_host(request, target->authority)) return refuse(bad->status, bad->message);
  if (auto bad = check_wishes(request)) return refuse(bad->status, bad->message);
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  if (auto length = grammar->content_length()) request.content_length = *length;
  chunked = grammar->chunked();
  request.has_body = chunked || request.content_length.value_or(0) > 0;
  in_body = true;
  return Step::head;
}

RequestParser::Step RequestParser::State::feed_body(std::string_view& input) {
  CHELA_ASSERT(admitted, "admit() comes between the headers and the body");
  if (chunks) {
    if (auto bad = chunks->feed(input, request.body)) return refuse(bad->status, std::move(bad->message));
    return chunks->is_done() ? Step::complete : Step::need_more;
  }
  std::uint64_t left = request.content_length.value_or(0) - request.body.size();
  auto piece = input.substr(0, std::min<std::uint64_t>(left, input.size()));
  request.body += piece;
  input.remove_prefix(piece.size());
  return piece.size() == left ? Step::complete : Step::need_more;
}

RequestParser::RequestParser(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::feed(std::string_view& input) {
  if (state_->refusal) return Step::refused;
  return state_->in_body ? state_->feed_body(input) : state_->feed_head(input);
}

void RequestParser::admit(std::uint64_t body_size_max) {
  CHELA_ASSERT(state_->in_body && !state_->admitted, "a request is admitted once, after its headers");
  state_->admitted = true;
  if (state_->chunked) state_->chunks.emplace(state_->limits, body_size_max);
  auto length = state_->request.content_length.value_or(0);
  if (length > body_size_max) {
    state_->refuse(413, fmt::format("the body is larger than the {} bytes that this route accepts", body_size_max));
    return;
  }
  state_->request.body.reserve(std::min(length, kReserveMax));
}

RequestHead& RequestParser::head() {
  return state_->request;
}

HttpRequest RequestParser::take() {
  HttpRequest request = std::move(state_->request);
  state_->start();
  return request;
}

const Refusal* RequestParser::refusal() const {
  return state_->refusal ? &*state_->refusal : nullptr;
}

bool RequestParser::got_some() const {
  return state_->started;
}

bool RequestParser::expects_continue() const {
  const auto& request = state_->request;
  return request.has_body && request.version_minor == 1 && request.headers.find("expect").has_value();
}

bool RequestParser::keep_alive() const {
  const auto& request = state_->request;
  return request.version_minor == 1 && !request.headers.has_token("connection", "close");
}

std::uint64_t RequestParser::body_size() const {
  return state_->request.body.size();
}

}  // namespace chela::net

#include "kernel/core/net/egress/transfer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "kernel/core/net/egress/outcome.hpp"
#include "kernel/core/net/egress/trust.hpp"

namespace chela::net {

namespace {

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kFieldsMax = 256;
// The two buffers of a transfer. Larger ones make 100 MB downloads faster, smaller ones a thousand idle streams
// cheaper; an upload buffer below 16 KiB is refused by libcurl.
constexpr long kReceiveBufferBytes = 2 * 1024;
constexpr long kSendBufferBytes = 16 * 1024;
// Deadlines are the kernel's; libcurl's own of 5 minutes must not come before them.
constexpr long kConnectTimeoutSeconds = 24 * 3600;

// Before 8.1, libcurl stops a whole HTTP/2 connection when one of its streams is paused: a reader that stalls would
// stall everyone who talks to the same host. Up to this much is kept here first.
constexpr unsigned kCurlVersionWithStreamPause = 0x080100;
constexpr std::size_t kKeptBytesMax = 1 << 20;
constexpr std::size_t kKeptPieceBytes = 16 * 1024;

struct Address {
  char ip[INET6_ADDRSTRLEN] = {};
  std::uint16_t port = 0;
};

Address to_text(const sockaddr& address) {
  Address text;
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.ip, sizeof text.ip);
    text.port = ntohs(v4.sin_port);
  } else if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    // ::ffff:10.0.0.1 is 10.0.0.1, to a policy too.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.ip, sizeof text.ip);
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.ip, sizeof text.ip);
    }
    text.port = ntohs(v6.sin6_port);
  }
  return text;
}

std::string_view without_mapping(std::string_view ip) {
  constexpr std::string_view kMapped = "::ffff:";
  bool mapped = ip.starts_with(kMapped) && ip.find('.') != std::string_view::npos;
  return mapped ? ip.substr(kMapped.size()) : ip;
}

std::string_view trimmed(std::string_view text) {
  auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

EngineTransfer::EngineTransfer(EngineRequest request, EngineSink& sink)
    : request_(std::move(request)), sink_(&sink), easy_(curl_easy_init()) {
  if (!easy_) return;  // out of memory: the engine sees it and reports
  set_fixed_options();
  set_callbacks();
  set_request();
}

EngineTransfer::~EngineTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_list_);
}

template <class Value>
void EngineTransfer::set(CURLoption option, Value value) {
  check(curl_easy_setopt(easy_, option, value));
}

void EngineTransfer::check(CURLcode code) {
  // An option that this libcurl does not take must not be left out silently: several of them are what keeps us safe.
  if (code != CURLE_OK && !aborted_) abort(EgressLayer::internal, ErrorCode::internal, curl_easy_strerror(code));
}

void EngineTransfer::set_fixed_options() {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // cancelling during a name lookup must not wait for the lookup
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  set(CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);                       // a proxy's answer to CONNECT is not the response
  set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // and it does not see our headers
}

void EngineTransfer::set_callbacks() {
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_text_);
  set(CURLOPT_OPENSOCKETFUNCTION, &EngineTransfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_PREREQFUNCTION, &EngineTransfer::before_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_HEADERFUNCTION, &EngineTransfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &EngineTransfer::on_data);
  set(CURLOPT_WRITEDATA, this);
}

void EngineTransfer::set_request() {
  set(CURLOPT_URL, request_.url.c_str());
  if (request_.http2 && request_.url.starts_with("https:")) {
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_PIPEWAIT, 1L);  // share an HTTP/2 connection that is being made instead of making another
  } else {
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  const std::string& method = request_.method;
  bool has_body = !request_.body->empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (has_body) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    set(CURLOPT_POSTFIELDS, request_.body->data());
  } else if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  }
  if (method != "HEAD") set(CURLOPT_CUSTOMREQUEST, method.c_str());

  for (const std::string& line : request_.header_lines) header_list_ = curl_slist_append(header_list_, line.c_str());
  // "Expect: 100-continue" costs a second with servers that do not know it.
  header_list_ = curl_slist_append(header_list_, "Expect:");
  set(CURLOPT_HTTPHEADER, header_list_);
  if (request_.compressed) set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can decode

  set(CURLOPT_PROXY, request_.proxy.c_str());  // empty: not from the environment either
  set(CURLOPT_NOPROXY, "");                    // decided already
  check(set_trust(easy_, request_.ca_file));
}

bool EngineTransfer::want_resume() {
  pause_wanted_ = false;
  return held_back_ || !kept_.empty();
}

CURLcode EngineTransfer::go_on() {
  std::string pending = std::exchange(kept_, {});
  std::size_t offered = 0;
  while (sink_ && !pause_wanted_ && offered < pending.size()) {
    std::string_view piece = std::string_view(pending).substr(offered, kKeptPieceBytes);
    offered += piece.size();
    sink_->on_body(piece);
  }
  kept_ = pending.substr(offered);
  if (!sink_ || pause_wanted_ || !held_back_) return CURLE_OK;
  held_back_ = false;
  return curl_easy_pause(easy_, CURLPAUSE_CONT);
}

curl_socket_t EngineTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<EngineTransfer*>(self);
  if (!transfer.sink_) return CURL_SOCKET_BAD;
  Address remote = to_text(address->addr);
  if (!transfer.sink_->allow_address(remote.ip, remote.port)) {
    transfer.address_denied_ = true;
    return CURL_SOCKET_BAD;
  }
  transfer.address_allowed_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

int EngineTransfer::before_request(void* self, char* remote_ip, char*, int remote_port, int) {
  auto& transfer = *static_cast<EngineTransfer*>(self);
  if (!transfer.sink_) return CURL_PREREQFUNC_ABORT;
  transfer.connected_ = true;
  if (!transfer.sink_->allow_address(without_mapping(remote_ip), static_cast<std::uint16_t>(remote_port))) {
    transfer.abort(EgressLayer::policy, ErrorCode::denied, {});
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.sink_->on_connected();
  return transfer.sink_ ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t EngineTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<EngineTransfer*>(self);
  std::size_t bytes = size * count;
  if (!transfer.sink_) return CURL_WRITEFUNC_ERROR;
  if (transfer.head_delivered_) return bytes;  // trailers
  return transfer.take_header({data, bytes}) ? bytes : CURL_WRITEFUNC_ERROR;
}

bool EngineTransfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/") && fields_.empty()) {
    std::string_view after = line.substr(std::min(line.find(' '), line.size()));
    after = trimmed(after).substr(0, 3);
    pausing_blocks_others_ =
        line.starts_with("HTTP/2") && curl_version_info(CURLVERSION_NOW)->version_num < kCurlVersionWithStreamPause;
    std::from_chars(after.data(), after.data() + after.size(), status_);
    head_.clear();
    return true;
  }
  if (trimmed(line).empty()) return deliver_head();
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line[0] == ' ' || line[0] == '\t') {
    return abort(EgressLayer::protocol, ErrorCode::protocol, "a response header line has no name");
  }
  if (head_.size() + line.size() > kHeadBytesMax || fields_.size() == kFieldsMax) {
    return abort(EgressLayer::too_large, ErrorCode::too_large, "the response's headers exceed 64 KiB or 256 fields");
  }
  std::string_view name = line.substr(0, colon);
  std::string_view value = trimmed(line.substr(colon + 1));
  fields_.push_back({head_.size(), name.size(), head_.size() + name.size(), value.size()});
  for (char c : name) head_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  head_ += value;
  return true;
}

bool EngineTransfer::deliver_head() {
  if (status_ < 100 || status_ == 101) {
    return abort(EgressLayer::protocol, ErrorCode::protocol, "the response's status is not one of HTTP");
  }
  if (status_ >= 200) {
    std::vector<HeaderField> views;
    views.reserve(fields_.size());
    std::string_view text = head_;
    for (const Field& field : fields_) {
      views.push_back(
          {text.substr(field.name_begin, field.name_size), text.substr(field.value_begin, field.value_size)});
    }
    head_delivered_ = true;
    sink_->on_head(status_, views);
  }
  std::string().swap(head_);  // a stream may last for hours
  std::vector<Field>().swap(fields_);
  return sink_ != nullptr;
}

std::size_t EngineTransfer::on_data(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<EngineTransfer*>(self);
  std::size_t bytes = size * count;
  if (!transfer.sink_) return CURL_WRITEFUNC_ERROR;
  bool held = transfer.pause_wanted_ || transfer.holds_body();
  if (held && !transfer.may_keep(bytes)) {
    transfer.held_back_ = true;
    return CURL_WRITEFUNC_PAUSE;  // libcurl keeps these bytes and offers them again
  }
  if (bytes > transfer.request_.response_bytes_max - transfer.body_bytes_) {
    transfer.abort(EgressLayer::too_large, ErrorCode::too_large,
                   "the response's body exceeds " + std::to_string(transfer.request_.response_bytes_max) + " bytes");
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.body_bytes_ += bytes;
  if (held) {
    transfer.kept_.append(data, bytes);
  } else {
    transfer.sink_->on_body({data, bytes});
  }
  return transfer.sink_ ? bytes : CURL_WRITEFUNC_ERROR;
}

bool EngineTransfer::may_keep(std::size_t bytes) const {
  return pausing_blocks_others_ && bytes <= kKeptBytesMax - std::min(kept_.size(), kKeptBytesMax);
}

bool EngineTransfer::abort(EgressLayer layer, ErrorCode code, std::string text) {
  aborted_ = true;
  abort_reason_ = {layer, code, std::move(text)};
  return false;
}

EngineFailure EngineTransfer::failure_of(CURLcode code) const {
  if (aborted_) return abort_reason_;
  if (address_denied_ && !address_allowed_) return {EgressLayer::policy, ErrorCode::denied, {}};
  TransferPoint reached{!request_.proxy.empty(), connected_, head_delivered_};
  return describe_failure(code, reached, error_text_);
}

void EngineTransfer::finish(CURLcode code) {
  EngineSink* sink = std::exchange(sink_, nullptr);
  if (!sink) return;
  if (code == CURLE_OK && !head_delivered_) code = CURLE_GOT_NOTHING;
  if (code != CURLE_OK || aborted_) {
    EngineFailure failure = failure_of(code);
    sink->on_done(&failure, {});
    return;
  }
  char* redirect_url = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &redirect_url);
  sink->on_done(nullptr, redirect_url ? redirect_url : "");
}

}  // namespace chela::net

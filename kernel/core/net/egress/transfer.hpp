#pragma once

// One easy handle of libcurl and what its callbacks know. Loop thread only.

#include <curl/curl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/net/egress_engine.hpp"

namespace chela::net {

class EngineTransfer {
 public:
  EngineTransfer(EngineRequest request, EngineSink& sink);
  EngineTransfer(const EngineTransfer&) = delete;
  EngineTransfer& operator=(const EngineTransfer&) = delete;
  ~EngineTransfer();

  CURL* easy() const { return easy_; }
  bool ready() const { return easy_ && !aborted_; }  // libcurl took every option
  // Nothing of the sink is called after this.
  void silence() { sink_ = nullptr; }
  bool silenced() const { return sink_ == nullptr; }

  void want_pause() { pause_wanted_ = true; }
  // True when go_on() has to be called, with libcurl off the stack or about to be entered.
  bool want_resume();
  // Offers what was held back. Anything but CURLE_OK: the transfer has to be ended by the caller.
  CURLcode go_on();

  // libcurl is through, but the sink has not taken everything: the end waits for go_on().
  bool holds_body() const { return !kept_.empty(); }
  void remember_end(CURLcode code) { end_code_ = code; }
  std::optional<CURLcode> remembered_end() const { return end_code_; }

  // Tells the sink how it ended; the last call.
  void finish(CURLcode code);

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* self, char* remote_ip, char* local_ip, int remote_port, int local_port);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self);

  template <class Value>
  void set(CURLoption option, Value value);
  void check(CURLcode code);
  void set_fixed_options();
  void set_callbacks();
  void set_request();
  bool take_header(std::string_view line);
  bool deliver_head();
  bool may_keep(std::size_t bytes) const;
  bool abort(EgressLayer layer, ErrorCode code, std::string text);
  EngineFailure failure_of(CURLcode code) const;

  struct Field {
    std::size_t name_begin, name_size, value_begin, value_size;
  };

  EngineRequest request_;
  EngineSink* sink_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;

  std::string head_;  // the text that the fields point into
  std::vector<Field> fields_;
  int status_ = 0;
  bool head_delivered_ = false;
  std::uint64_t body_bytes_ = 0;

  bool pause_wanted_ = false;
  bool held_back_ = false;  // libcurl was told to keep data
  bool pausing_blocks_others_ = false;
  std::string kept_;  // what came while paused and libcurl must not keep
  std::optional<CURLcode> end_code_;
  bool address_allowed_ = false;
  bool address_denied_ = false;
  bool connected_ = false;
  bool aborted_ = false;
  EngineFailure abort_reason_;
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace chela::net

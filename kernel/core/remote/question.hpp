#pragma once

// A call to a plugin in another process that says nothing before its one answer. Loop thread only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {

struct Question {
  std::string_view method;  // of the protocol
  std::string params;
  std::uint64_t timeout_ms = 0;
  std::function<Result<std::string>(std::string_view answer)> read;  // what the call is completed with
};

template <class Call>
Task<Result<void>> run_question(std::shared_ptr<HostProcess> process, Question question,
                                std::unique_ptr<CallEnd<Call>> ending, OpenCall open) {
  std::string data;
  rpc::CallOptions options{
      .timeout = std::chrono::milliseconds(question.timeout_ms), .cancel = open.token(), .error_data = &data};
  auto calling = process->peer().call(std::string(question.method), std::move(question.params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())), data);
    co_return Result<void>();
  }
  auto text = question.read(*answer);
  if (text) {
    ending->complete(CHELA_OK, *text);
  } else {
    ending->complete(CHELA_PROTOCOL, text.error().message);
  }
  co_return Result<void>();
}

// Sends it; `call` is completed later, exactly once.
template <class Call>
chela_status ask(RemoteInstance& instance, std::uint64_t call_id, Question question, const Call* call) {
  instance.spawn(run_question<Call>(instance.process(), std::move(question), std::make_unique<CallEnd<Call>>(call),
                                    instance.open_call(call_id)));
  return CHELA_OK;
}

}  // namespace chela::remote

"""Files that a rule does not apply to, each with the reason. One that is no longer needed is a finding."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Exempt:
    rule: str
    path: str
    reason: str


EXCEPTIONS = [
    Exempt('length', 'bridge-node/src/protocol.ts', 'made by tools/protocol'),
    # libuv and curl take a pointer and give it back in a callback, which may come after the owner has gone.
    Exempt('raw_memory', 'kernel/core/loop/loop.cpp', 'the loop of libuv and its handles, closed before they are freed'),
    Exempt('raw_memory', 'kernel/core/net/connection.cpp', 'libuv gives requests and the handle back in callbacks'),
    Exempt('raw_memory', 'kernel/core/net/connection_group.cpp', 'connections and the ticker end in close callbacks'),
    Exempt('raw_memory', 'kernel/core/net/egress/engine.cpp', 'transfers, timers and watches end in callbacks'),
    Exempt('raw_memory', 'kernel/core/net/http_server.cpp', 'the listening handle is freed by its close callback'),
    Exempt('raw_memory', 'kernel/core/net/reachable.cpp', 'the attempt is freed by its close callback'),
    Exempt('raw_memory', 'plugin-sdk/cpp/chela/plugin.hpp', 'instances cross the C ABI as plain pointers'),
    # The egress client is a module of its own, loaded at its first use; these headers are its inside.
    Exempt('heavy_include', 'kernel/core/net/egress/engine.hpp', 'inside the curl module'),
    Exempt('heavy_include', 'kernel/core/net/egress/outcome.hpp', 'inside the curl module'),
    Exempt('heavy_include', 'kernel/core/net/egress/transfer.hpp', 'inside the curl module'),
    Exempt('raw_memory', 'kernel/core/packages/engine/module.cpp', 'libunistring gives memory that is freed with free'),
    Exempt('raw_memory', 'kernel/core/platform/file_watch.cpp', 'the handle is freed by its close callback'),
    Exempt('raw_memory', 'kernel/core/platform/child_process.cpp', 'the handles are freed by the last of their close callbacks'),
    Exempt('raw_memory', 'kernel/core/platform/process.cpp', 'the input is freed by the close callback of its pipe'),
    Exempt('heavy_include', 'kernel/core/net/egress/trust.hpp', 'inside the curl module'),
    Exempt('environment', 'kernel/core/net/egress/trust.cpp', 'SSL_CERT_FILE is defined as environment, for libcurl'),
    Exempt('mutable_global', 'kernel/core/net/egress/trust.cpp', 'set once, for all connections of the module'),
    Exempt('agent_word_in_core', 'kernel/core/plugins/manifest.cpp', 'a key of the manifest format, which is passed on unread'),
    Exempt('agent_word_in_core', 'kernel/core/remote/remote_provider.cpp', 'members of the C ABI and of the protocol, which it carries'),
    Exempt('agent_word_in_core', 'kernel/core/remote/remote_provider.hpp', 'a method of the protocol, which it carries'),
    Exempt('agent_word_in_core', 'kernel/core/cage/bubblewrap.cpp', 'an option of bwrap, about terminals'),
    Exempt('environment', 'kernel/core/net/egress_proxy.cpp', 'http_proxy and its like are defined as environment'),
    Exempt('mutable_global', 'kernel/runtime/models/call_id.cpp', 'a counter of the process; it has no other owner'),
    Exempt('sleep_in_test', 'tests/browser/model_service.mjs', 'a scripted model that speaks slowly; no test waits for it'),
    Exempt('environment', 'plugin-sdk/conformance/surroundings.cpp', 'looks whether a plugin has changed it'),
]

#pragma once

// Every case: its name, which is that of its function in namespace checks, and the sentence that a plugin keeps.
// The table, the declarations and `chela plugins check --list` are made from this list. They run in this order; when
// a GATE does not pass, the cases after it would say nothing and are skipped.

// clang-format off
#define CHELA_CONFORMANCE_CASES(CASE, GATE)                                                                            \
  /* the files: library_cases.cpp, manifest_cases.cpp */                                                               \
  GATE(loads, "The library loads, quickly and with every symbol resolved, and has its entry")                          \
  CASE(exports_one_symbol, "It exports chela_plugin_entry and nothing else")                                           \
  CASE(memory_is_protected, "It asks for no executable stack and for no memory that is both written and executed")     \
  GATE(entry_is_complete, "The entry has every member of its ABI version")                                             \
  GATE(abi_fits, "Its ABI version is one that this host can load, and the manifest's")                                 \
  CASE(identity_matches_manifest, "Id and version are those of the manifest")                                          \
  CASE(loading_changes_nothing, "Loading leaves threads, descriptors, folder, environment, locale and signals alone")  \
  CASE(tools_are_described, "Each tool has a name of its own that models accept, and a description")                   \
  CASE(schemas_are_valid, "Parameters and configuration are described by valid JSON schemas of objects")               \
  CASE(hooks_are_described, "Hooks name their points, each once")                                                      \
  CASE(commands_are_described, "Each command has a name of its own that people can type, and a description")           \
  CASE(methods_are_described, "Each method has a name of its own and a scope that there is")                           \
  CASE(routes_are_described, "Each route has a path of its own, says who may ask and how the path is matched")         \
  CASE(channels_are_described, "Each channel has a name of its own and room for texts")                                \
  /* the life of an instance: instance_cases.cpp */                                                                    \
  GATE(creates_quietly, "create() makes instances side by side and calls no host service")                             \
  CASE(unknown_extensions_are_null, "Ids it does not know, or only begins to know, give null")                         \
  GATE(interfaces_match_manifest, "It offers the interfaces that the manifest declares, whole, and no others")         \
  CASE(extensions_stay, "An interface is found on any thread and stays where it is")                                   \
  GATE(configures, "configure() accepts an empty object, or the configuration given")                                  \
  CASE(configuration_spelling_is_free, "configure() takes the same configuration with other white space and escapes")  \
  CASE(defaults_are_accepted, "configure() accepts the defaults of its own schema")                                    \
  CASE(unknown_key_is_an_error, "configure() refuses an unknown key and says so")                                      \
  CASE(survives_odd_configuration, "configure() answers generated nonsense with an error")                             \
  GATE(starts_and_stops, "start() and stop() work and keep the rules of their states")                                 \
  CASE(is_destroyed_in_every_state, "destroy() frees an instance in any state, without a stop() too")                  \
  /* chela.tool/1: tool_cases.cpp, tool_input_cases.cpp, tool_cancel_cases.cpp */                                      \
  CASE(tool_names_match_manifest, "names() lists the tools of the manifest, each once")                                \
  GATE(tool_completes_once, "Each call of a tool completes exactly once, on the threads the tags allow")               \
  CASE(unknown_tool_is_refused, "A call of a tool that it does not have fails")                                        \
  CASE(tool_results_fit, "The result of a plain call has at most 1 MiB")                                               \
  CASE(calls_run_side_by_side, "Several calls at once complete, blocking ones on several threads")                     \
  CASE(survives_odd_arguments, "Calls with generated nonsense complete")                                               \
  CASE(survives_extreme_arguments, "Calls with deep, long and strangely escaped JSON complete")                        \
  CASE(survives_an_odd_context, "Calls complete in a context with members missing, unknown or without sense")          \
  CASE(survives_odd_timeouts, "Calls complete with a timeout of nothing and with one of ages")                         \
  CASE(cancel_completes, "A cancelled call completes soon; a cancel that comes late or for nothing is ignored")        \
  CASE(cancel_comes_twice, "A second cancel of the same call is ignored")                                              \
  CASE(cancel_hits_one_call, "A cancel ends the call with that id, all 64 bits of it, and no other")                   \
  CASE(blocking_call_sees_cancel, "A blocking call that is cancelled returns soon")                                    \
  CASE(stop_ends_open_calls, "stop() completes the calls that are open")                                               \
  CASE(stop_during_blocking_call, "stop() may come while a blocking call runs, which then still completes")            \
  CASE(calls_leave_no_memory, "Calling each tool a hundred times takes no more memory than calling it once")           \
  /* chela.provider/1: provider_cases.cpp, provider_input_cases.cpp, provider_request_cases.cpp */                     \
  GATE(completion_completes_once, "A completion completes exactly once, whatever the service answers")                 \
  CASE(stop_reasons_are_known, "A completion that succeeds ends with one of the four stop reasons")                    \
  CASE(pieces_may_be_cut_anywhere, "An answer means the same however the network cuts it")                             \
  CASE(survives_broken_streams, "Completions with generated answers, whole and broken, complete")                      \
  CASE(survives_an_odd_service, "A service without the members it needs is an error")                                  \
  CASE(survives_odd_conversations, "Completions without messages, and with messages of no sense, complete")            \
  CASE(completion_cancels, "A cancelled completion completes soon and lets go of its request")                         \
  CASE(cancel_hits_one_completion, "A cancel ends the completion with that id and no other")                           \
  CASE(stop_ends_open_completions, "stop() completes the completions that are open")                                   \
  CASE(lists_models_once, "list_models() completes exactly once")                                                      \
  CASE(model_list_is_json, "list_models() answers with a JSON array of objects that have an id")                       \
  CASE(requests_keep_to_permissions, "Requests go to the hosts that the manifest's permissions name")                  \
  CASE(requests_are_well_formed, "No text from outside gets a line of its own into a request's head")                  \
  CASE(secrets_stay_in_headers, "{{secret:…}} stands in values of headers and nowhere else")                           \
  CASE(completions_leave_no_memory, "A hundred completions take no more memory than one")                              \
  /* chela.hook/1: hook_cases.cpp */                                                                                   \
  GATE(hook_completes_once, "Each point that is passed completes exactly once")                                        \
  CASE(hook_results_fit, "What a hook says is nothing or a JSON object, its members of the types of the points")       \
  CASE(survives_odd_events, "Hooks complete with events and contexts of no sense, and at an unknown point")            \
  CASE(hook_cancels, "A cancel ends the hook with that id and no other; a late or second one is ignored")              \
  CASE(stop_ends_open_hooks, "stop() completes the hooks that are open")                                               \
  /* chela.command/1: command_cases.cpp */                                                                             \
  GATE(command_completes_once, "Each command completes exactly once, without progress after it")                       \
  CASE(command_answers_fit, "An answer has at most 1 MiB, and its details are a JSON object as described")             \
  CASE(survives_odd_command_lines, "Commands complete whatever a person types, and so does an unknown one")            \
  CASE(command_cancels, "A cancel ends the command with that id and no other; a late or second one is ignored")        \
  CASE(stop_ends_open_commands, "stop() completes the commands that are open")                                         \
  /* chela.gateway_method/1: method_cases.cpp */                                                                       \
  GATE(method_completes_once, "Each call of a method completes exactly once")                                          \
  CASE(method_results_are_json, "The result of a method is JSON")                                                      \
  CASE(survives_odd_params, "Methods complete with params of no sense, and so does an unknown one")                    \
  CASE(method_cancels, "A cancel ends the call with that id and no other; a late or second one is ignored")            \
  CASE(stop_ends_open_methods, "stop() completes the calls of methods that are open")                                  \
  /* chela.capability/1: function_cases.cpp */                                                                         \
  GATE(function_completes_once, "Each call of a function completes exactly once")                                      \
  CASE(unknown_function_is_not_found, "A call of a function that it does not have ends with NOT_FOUND")                \
  CASE(function_values_are_json, "The value of a function is one JSON value, or nothing")                              \
  CASE(survives_odd_function_arguments, "Functions complete with odd paths and arguments of no sense")                 \
  CASE(function_cancels, "A cancel ends the call with that id and no other; a late or second one is ignored")          \
  CASE(stop_ends_open_functions, "stop() completes the calls of functions that are open")                              \
  /* chela.http_route/1: route_cases.cpp */                                                                            \
  GATE(answer_completes_once, "Each answer has one head before its body, and completes exactly once")                  \
  CASE(answer_heads_are_well_formed, "Headers of answers have names, and nothing from outside gets a line there")      \
  CASE(survives_odd_requests, "Requests with odd methods, targets, headers and bodies are answered")                   \
  CASE(slow_client_holds_the_answer, "An answer waits for a slow client, and goes on when there is room again")        \
  CASE(answer_cancels, "An answer ends when its client goes, and no other; a late or second cancel is ignored")        \
  CASE(stop_ends_open_answers, "stop() completes the answers that are open")                                           \
  /* chela.service/1: service_cases.cpp */                                                                             \
  GATE(service_starts_and_stops, "start_service() and stop_service() work; the monitor is left alone afterwards")      \
  CASE(service_starts_again, "A service that has ended starts again")                                                  \
  CASE(service_reports_are_words, "A report says whether all is ok or degraded, and a sentence")                       \
  CASE(service_threads_end, "The threads of a service have ended when stop_service() returns")                         \
  CASE(survives_odd_services, "A service that it does not have is refused, or begun and ended")                        \
  /* chela.channel/1 and chela.inbound/1: channel_cases.cpp, inbound_cases.cpp */                                      \
  GATE(channel_completes_once, "accounts(), connect(), send() and disconnect() complete exactly once")                 \
  CASE(channel_results_are_json, "States, what was sent and the accounts are JSON as described")                       \
  CASE(survives_odd_messages, "Messages of no sense, to nobody and of any length complete")                            \
  CASE(survives_odd_accounts, "Accounts with odd names and settings, connected twice or never, complete")              \
  CASE(account_connects_again, "An account that was disconnected connects again")                                      \
  CASE(channel_cancels, "A cancel ends the call with that id and no other; a late or second one is ignored")           \
  CASE(stop_ends_open_sends, "stop() completes what connects and what is being sent")                                  \
  CASE(inbound_messages_are_whole, "What is handed over has a channel of the manifest, an id, a peer and valid JSON")  \
  CASE(survives_every_receipt, "A message that is refused, not stored or not wanted is no fault")                      \
  CASE(receipts_may_come_late, "Receipts may come late, or at stop(), and find their listener")                        \
  /* several instances, and hosts at their worst and of later versions: instance_cases.cpp, host_cases.cpp */          \
  CASE(instances_are_apart, "One instance goes on when another is stopped and destroyed")                              \
  CASE(lets_go_of_its_host, "After destroy() nothing calls the host of that instance")                                 \
  CASE(survives_an_early_end, "It lives when the host ends its requests and timers before stop()")                     \
  CASE(survives_withheld_services, "It lives, or fails with a word, without each of the host's services")              \
  CASE(survives_refused_calls, "It lives when any one of its calls to the host fails")                                 \
  CASE(survives_an_odd_clock, "It lives with a clock before 1970, far in the future, and set back")                    \
  CASE(accepts_longer_structs, "It works with a host of a later minor version, whose structs are longer")              \
  CASE(keeps_nothing_borrowed, "Nothing that was lent for a call is touched after it")                                 \
  CASE(reads_within_bounds, "No byte beyond the end of what was lent is read")                                         \
  /* its manners in a process that it shares: manner_cases.cpp, resource_cases.cpp, memory_cases.cpp */                \
  CASE(speaks_utf8, "Every text it gives is UTF-8")                                                                    \
  CASE(logs_with_measure, "It logs a few lines a call, none of them empty")                                            \
  CASE(keeps_output_clean, "It writes nothing to standard output")                                                     \
  CASE(returns_at_once, "No call on the loop takes longer than a few milliseconds")                                    \
  CASE(rests_when_idle, "With nothing to do it takes no processor time and sets no quick timers")                      \
  CASE(opens_no_sockets, "It reaches the network through the host and not by sockets of its own")                      \
  CASE(leaves_no_descriptors, "After destroy() its files are closed")                                                  \
  CASE(leaves_no_threads, "After destroy() its threads have ended")                                                    \
  CASE(leaves_no_process, "After destroy() its child processes are gone and reaped")                                   \
  CASE(leaves_folder_and_environment, "It changes neither the working folder nor the mask of new files nor variables") \
  CASE(leaves_locale_and_rounding, "It changes neither the locale nor how numbers are rounded")                        \
  CASE(leaves_signals, "It changes neither signal handlers nor masks nor alarms")                                      \
  CASE(lives_leave_no_memory, "A hundred instances, one after the other, take no more memory than one")                \
  CASE(unloads, "Unloading it runs its static destructors without a fault")
// clang-format on

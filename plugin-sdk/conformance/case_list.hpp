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

// fails: inbound_messages_are_whole
// Hands over messages without their ids.
#define MESSAGE_ID ""
#include "sound_kinds.h"

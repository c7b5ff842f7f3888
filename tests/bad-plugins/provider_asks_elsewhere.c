// fails: requests_keep_to_permissions
// Sends its requests to a host that its manifest does not name.
#define SERVICE_URL "https://elsewhere.invalid/"
#include "sound_provider.h"

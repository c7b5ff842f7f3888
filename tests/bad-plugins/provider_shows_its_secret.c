// fails: secrets_stay_in_headers
// Puts its key into the URL.
#define SERVICE_URL "https://service.invalid/?key={{secret:CHECK_KEY}}"
#include "sound_provider.h"

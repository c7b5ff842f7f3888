// fails: schemas_are_valid
// The parameters of a tool have a type that there is not.
#include "sound.h"

// The token that web.token or web.token_file gives. Threads: a pure function.
#pragma once

#include <string>

#include "base/result.h"
#include "web/web_options.h"

namespace vigia::web {

// Empty: none is set. Errors (invalid): the file cannot be read, or holds none.
Result<std::string> read_token(const WebOptions& options);

}  // namespace vigia::web

#include "web/asset.h"

#include <algorithm>

namespace vigia::web {

const Asset* find_asset(std::string_view path) {
  const auto found = std::ranges::find(all_assets(), path, &Asset::path);
  return found == all_assets().end() ? nullptr : &*found;
}

}  // namespace vigia::web

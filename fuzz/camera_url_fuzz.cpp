// Fuzzes a camera's URL. It must name a source or be refused with one line; a scene that is accepted must be
// made, or say why not.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "camera/source_url.h"
#include "sim/scene.h"
#include "sim/sim_url.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_line(const std::string& text) {
  require(!text.empty() && text.size() < 100'000 && text.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string url(reinterpret_cast<const char*>(data), size);
  const auto source = vigia::camera::parse_source_url(url);
  if (!source) {
    require_line(source.error().text);
    return 0;
  }
  const auto options = vigia::sim::parse_sim_url(url);
  if (!options) {
    require_line(options.error().text);
    return 0;
  }
  const auto scene = vigia::sim::Scene::make(*options);
  if (!scene) require_line(scene.error().text);
  return 0;
}

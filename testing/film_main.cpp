// film SIM_URL FILM.h264 TRUTH.json
// Writes the film of a painted scene (src/sim/), as a bare H.264 stream, and who is to be seen where in each
// of its pictures: {"fps": F, "shown": N, "pictures": [[[person, left, top, width, height, is clear], ...],
// ...]}; shown: how many people must be found. The url needs cycles=, so that it ends.
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "camera/av_handles.h"
#include "sim/scene.h"
#include "sim/sim_source.h"
#include "sim/sim_url.h"

namespace {

using namespace vigia;

int fail(const std::string& why) {
  std::fprintf(stderr, "film: %s\n", why.c_str());
  return 1;
}

nlohmann::json truth_of(const sim::Scene& scene, int pictures) {
  nlohmann::json all = nlohmann::json::array();
  for (int i = 0; i < pictures; ++i) {
    nlohmann::json seen = nlohmann::json::array();
    for (const sim::Person& person : scene.people_at(from_seconds(i / scene.options().fps))) {
      if (person.poster || person.hidden()) continue;
      const domain::Box& face = person.face;
      seen.push_back({person.number, face.left, face.top, face.width, face.height, person.clear()});
    }
    all.push_back(std::move(seen));
  }
  const auto until = from_seconds(pictures / scene.options().fps);
  return {
      {"fps", scene.options().fps}, {"shown", scene.people_shown_by(until)}, {"pictures", std::move(all)}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fail("usage: film SIM_URL FILM.h264 TRUTH.json");
  const auto options = sim::parse_sim_url(argv[1]);
  if (!options) return fail(options.error().text);
  if (options->cycles == 0) return fail("the url needs cycles=, so that the film ends");
  const auto scene = sim::Scene::make(*options);
  auto source = sim::open_sim(argv[1]);
  if (!scene || !source) return fail(scene ? source.error().text : scene.error().text);
  std::ofstream film(argv[2], std::ios::binary);
  const AVCodecParameters& codec = (*source)->codec();
  film.write(reinterpret_cast<const char*>(codec.extradata), codec.extradata_size);
  const camera::AvHandle<AVPacket> packet(av_packet_alloc());
  int pictures = 0;
  for (; (*source)->read(*packet, {}); ++pictures) {
    film.write(reinterpret_cast<const char*>(packet->data), packet->size);
    av_packet_unref(packet.get());
  }
  std::ofstream(argv[3]) << truth_of(*scene, pictures).dump() << "\n";
  return film.good() ? 0 : fail(std::string("cannot write ") + argv[2]);
}

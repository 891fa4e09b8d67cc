#include "settings/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

namespace vigia::settings {
namespace {

// Where the first of two keys that is set was set. Both empty: neither is.
struct Origin {
  std::string where, path;
};
Origin either(const OriginOf& origin_of, const std::string& prefix, std::string_view a, std::string_view b) {
  for (const std::string_view key : {a, b}) {
    std::string path = prefix + std::string(key);
    std::string where = origin_of(path);
    if (!where.empty()) return {std::move(where), std::move(path)};
  }
  return {};
}

// Where both are in pixels, or both in percent: else it depends on the picture.
bool apart(const domain::Zone& a, const domain::Zone& b) {
  if (a.percent != b.percent) return false;
  return a.left >= b.left + b.width || b.left >= a.left + a.width || a.top >= b.top + b.height ||
         b.top >= a.top + a.height;
}

// A pair that comes from defaults is reported there, once.
void check_camera(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                  Problems& problems) {
  const shot::ShotOptions& shot = camera.shot;
  if (shot.filter_min_size > shot.filter_max_size) {
    const Origin origin = either(origin_of, prefix, "filter_min_size", "filter_max_size");
    if (!origin.where.empty()) {
      problems.error(
          {origin.where, origin.path,
           fmt::format("filter_min_size {} is larger than filter_max_size {}: nothing would be posted",
                       shot.filter_min_size, shot.filter_max_size),
           "filter_min_size up to filter_max_size"});
    }
  }
  if (!camera.rot.whole() && !shot.roi.whole() && apart(camera.rot, shot.roi)) {
    const Origin origin = either(origin_of, prefix, "roi", "rot");
    if (!origin.where.empty()) {
      problems.error({origin.where, origin.path, "roi lies outside rot: nothing would be posted",
                      "a roi that shares a part with rot"});
    }
  }
}

// Keys that are set, differ from the default, and have no effect.
void warn_of_idle_realtime(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                           Problems& problems) {
  const track::TrackOptions fresh;
  const track::TrackOptions& track = camera.track;
  const std::array<std::pair<std::string_view, bool>, 3> keys{
      {{"realtime_post_interval", track.realtime_post_interval != fresh.realtime_post_interval},
       {"realtime_post_first_immediately", track.realtime_post_first_immediately},
       {"realtime_post_every_interval", track.realtime_post_every_interval}}};
  for (const auto& [key, changed] : keys) {
    const std::string path = prefix + std::string(key);
    const std::string where = origin_of(path);
    if (changed && !where.empty()) {
      problems.warning(
          {where, path, "has no effect while overall_only is true; set overall_only: false with it"});
    }
  }
}

void warn_of_idle_device(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                         Problems& problems) {
  const std::string path = prefix + "hwaccel_device", where = origin_of(path);
  if (camera.source.hwaccel != "none" || camera.source.hwaccel_device.empty() || where.empty()) return;
  problems.warning(
      {where, path, "has no effect while hwaccel is none; set hwaccel: vaapi, cuda or auto with it"});
}

void warn_of_idle_hibernation(const CameraSettings& camera, const std::string& prefix,
                              const OriginOf& origin_of, Problems& problems) {
  const std::string path = prefix + "hibernation", where = origin_of(path);
  const bool recorded = camera.spec.url.starts_with("file:") || camera.spec.url.starts_with("sim:");
  if (camera.source.hibernation == "off" || !recorded || where.empty()) return;
  problems.warning({where, path, "has no effect on a recording: only live cameras hibernate"});
}

void error_at(const std::string& prefix, std::string_view key, const OriginOf& origin_of, Problems& problems,
              std::string text, std::string allowed) {
  const std::string path = prefix + std::string(key), where = origin_of(path);
  if (!where.empty()) problems.error({where, path, std::move(text), std::move(allowed)});
}

// The two pictures differ in size, so a part in pixels would be another one in each.
void check_two_streams(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                       Problems& problems) {
  if (camera.detect_url.empty()) return;
  const auto in_pixels = [](const domain::Zone& zone) { return !zone.whole() && !zone.percent; };
  const std::string why = "is in pixels, and with detect_url the camera has pictures of two sizes";
  const std::string allowed = "WxH+X+Y in percent, e.g. 50%x100%+0%+0%";
  if (in_pixels(camera.rot)) error_at(prefix, "rot", origin_of, problems, why, allowed);
  if (in_pixels(camera.shot.roi)) error_at(prefix, "roi", origin_of, problems, why, allowed);
}

// REQUIRES: a camera, not defaults.
void check_main_stream(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                       Problems& problems) {
  const std::string& url = camera.spec.url;
  if (camera.detect_url.empty() || camera.detect_url == "auto") return;
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (!camera::is_live_url(url) && !is_http) {
    error_at(prefix, "detect_url", origin_of, problems,
             "needs a live stream in url: a recording's packets are not kept",
             "no detect_url, or a live url");
  }
}

void check_identity(const CameraSettings& camera, const std::string& prefix, const OriginOf& origin_of,
                    std::set<std::int64_t>& ids, Problems& problems) {
  if (camera.spec.id && !ids.insert(*camera.spec.id).second) {
    problems.error({origin_of(prefix + "id"), prefix + "id",
                    fmt::format("{} is another camera's", *camera.spec.id), "a number of its own"});
  }
  if (!camera.spec.token.empty() && !camera.spec.id) {
    problems.warning(
        {origin_of(prefix + "token"), prefix + "token", "has no id beside it: FindFace needs both"});
  }
}

}  // namespace

void check_pairs(const Settings& settings, const OriginOf& origin_of, Problems& problems) {
  check_camera(settings.defaults, "defaults.", origin_of, problems);
  check_two_streams(settings.defaults, "defaults.", origin_of, problems);
  if (!settings.defaults.detect_url.empty() && settings.defaults.detect_url != "auto") {
    error_at("defaults.", "detect_url", origin_of, problems, "is one address for all cameras",
             "auto, or an address for each camera");
  }
  if (settings.cameras.empty()) warn_of_idle_device(settings.defaults, "defaults.", origin_of, problems);
  bool any_realtime = !settings.defaults.track.overall_only;
  std::set<std::int64_t> ids;
  for (const CameraSettings& camera : settings.cameras) {
    if (problems.full()) return;
    const std::string prefix = fmt::format("cameras.{}.", camera.spec.name);
    check_camera(camera, prefix, origin_of, problems);
    check_two_streams(camera, prefix, origin_of, problems);
    check_main_stream(camera, prefix, origin_of, problems);
    warn_of_idle_device(camera, prefix, origin_of, problems);
    warn_of_idle_hibernation(camera, prefix, origin_of, problems);
    check_identity(camera, prefix, origin_of, ids, problems);
    if (camera.track.overall_only) warn_of_idle_realtime(camera, prefix, origin_of, problems);
    any_realtime = any_realtime || !camera.track.overall_only;
  }
  if (!any_realtime) warn_of_idle_realtime(settings.defaults, "defaults.", origin_of, problems);
}

void settle_live_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems) {
  std::map<std::string_view, std::vector<std::string_view>> by_default;  // key -> cameras
  for (CameraSettings& camera : settings.cameras) {
    if (!camera::is_live_url(camera.spec.url)) continue;
    for (const auto& [key, set] : camera::file_options(camera.source)) {
      if (!set) continue;
      const std::string path = fmt::format("cameras.{}.{}", camera.spec.name, key);
      const std::string where = origin_of(path);
      if (where.empty()) {
        by_default[key].push_back(camera.spec.name);
      } else {
        problems.error({where, path, "has no effect on a live camera", "only for file: and sim:"});
      }
    }
    camera::reset_file_options(camera.source);
  }
  for (const auto& [key, cameras] : by_default) {
    const std::string path = fmt::format("defaults.{}", key);
    problems.warning(
        {origin_of(path), path,
         fmt::format("has no effect on live cameras: '{}'{}", cameras.front(),
                     cameras.size() == 1 ? "" : fmt::format(" and {} more", cameras.size() - 1))});
  }
}

void settle_logins_of_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems) {
  for (CameraSettings& camera : settings.cameras) {
    const std::string_view why = camera::idle_login(camera.spec.url, camera.source);
    if (why.empty()) continue;
    for (const std::string_view key : {"username", "password"}) {
      const std::string path = fmt::format("cameras.{}.{}", camera.spec.name, key);
      const std::string where = origin_of(path);
      if (!where.empty()) problems.error({where, path, fmt::format("has no effect: {}", why)});
    }
    camera::reset_idle_login(camera.spec.url, camera.source);
  }
}

void settle_tls_of_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems) {
  const std::string pin = "defaults.tls_pin";
  for (CameraSettings& camera : settings.cameras) {
    for (const auto& [key, set, why] : camera::idle_tls_options(camera.spec.url, camera.source)) {
      if (!set) continue;
      const std::string path = fmt::format("cameras.{}.{}", camera.spec.name, key);
      const std::string where = origin_of(path);
      if (!where.empty()) {
        problems.error({where, path, fmt::format("has no effect: {}", why),
                        key == "tls_pin" ? "only with rtsps://" : "only with rtsps:// and https://"});
      } else if (key == "tls_pin" && camera::has_tls(camera.spec.url)) {
        problems.warning(
            {origin_of(pin), pin, fmt::format("has no effect on camera '{}': {}", camera.spec.name, why)});
      }
    }
    camera::reset_idle_tls_options(camera.spec.url, camera.source);
  }
}

namespace {

struct TlsKey {
  std::string_view key;
  bool set;
  const std::string& url;
  std::string_view instead;  // the key that leaves it nothing to do; empty: none
};

// Where a key is pinned, or nothing is verified, no authority is asked.
template <class Options>
std::string_view instead_of_ca_file(const Options& options) {
  if (!options.tls_pin.empty()) return "tls_pin";
  return options.tls_insecure ? "tls_insecure" : "";
}

}  // namespace

void check_tls(const Settings& settings, const OriginOf& origin_of, Problems& problems) {
  const auto& findface = settings.findface;
  const auto& webhook = settings.webhook;
  const auto& mqtt = settings.mqtt;
  const std::array keys = {
      TlsKey{"delivery.findface.ca_file", !findface.ca_file.empty(), findface.url,
             instead_of_ca_file(findface)},
      TlsKey{"delivery.findface.tls_pin", !findface.tls_pin.empty(), findface.url, ""},
      TlsKey{"delivery.findface.tls_insecure", findface.tls_insecure, findface.url, ""},
      TlsKey{"delivery.webhook.ca_file", !webhook.ca_file.empty(), webhook.url, instead_of_ca_file(webhook)},
      TlsKey{"delivery.webhook.tls_pin", !webhook.tls_pin.empty(), webhook.url, ""},
      TlsKey{"delivery.webhook.tls_insecure", webhook.tls_insecure, webhook.url, ""},
      TlsKey{"delivery.mqtt.ca_file", !mqtt.ca_file.empty(), mqtt.url, ""}};
  for (const auto& [key, set, url, instead] : keys) {
    if (!set) continue;
    const std::string_view scheme = std::string_view(url).substr(0, url.find(':'));
    if (scheme == "http" || scheme == "mqtt") {
      problems.error({origin_of(key), key, fmt::format("has no effect: {}:// is not encrypted", scheme),
                      fmt::format("only with an address of {}s://", scheme)});
    } else if (!instead.empty()) {
      problems.error({origin_of(key), key, fmt::format("has no effect beside {}", instead),
                      fmt::format("only without {}", instead)});
    }
  }
}

void check_web(const Settings& settings, const OriginOf& origin_of, Problems& problems) {
  const web::WebOptions& web = settings.web;
  if (!web.token.empty() && !web.token_file.empty()) {
    problems.error({origin_of("web.token_file"), "web.token_file", "has no effect beside web.token",
                    "only without web.token"});
  }
  const auto address = web.enabled() ? web::parse_listen(web.listen) : std::nullopt;
  if (!address || address->is_loopback || web.has_token()) return;
  problems.error(
      {origin_of("web.listen"), "web.listen",
       fmt::format("lets other machines see faces and cameras at {}, and there is no token", web.listen),
       "an address of 127.0.0.0/8 or [::1], or any with web.token or web.token_file"});
}

}  // namespace vigia::settings

#include "settings/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "settings/checks.h"
#include "settings/spelling.h"

namespace vigia::settings {
namespace {

using Camera = CameraSettings;

constexpr Rule from_to(double at_least, double at_most, std::string_view unit = {}) {
  Rule rule;
  rule.at_least = at_least;
  rule.at_most = at_most;
  rule.unit = unit;
  return rule;
}
constexpr Rule checked(std::optional<Wrong> (*check)(SettingRef), std::string_view allowed) {
  Rule rule;
  rule.check = check;
  rule.allowed = allowed;
  return rule;
}
// The value is never shown, since it may be a secret.
constexpr Rule unseen(Rule rule) {
  rule.secret = true;
  return rule;
}
constexpr Rule any(std::string_view allowed = {}) {
  Rule rule;
  rule.allowed = allowed;
  return rule;
}
constexpr Rule secret(std::string_view allowed) {
  Rule rule;
  rule.allowed = allowed;
  rule.secret = true;
  return rule;
}
constexpr Rule one_of(std::span<const std::string_view> choices) {
  Rule rule;
  rule.choices = choices;
  return rule;
}
constexpr Rule play_speed_rule() {
  Rule rule = from_to(-1, 100);
  rule.allowed = "-1, or above 0 to 100";
  rule.check = checks::not_zero;
  return rule;
}

constexpr std::string_view kRegion =
    "WxH+X+Y in pixels or in percent, e.g. 50%x100%+0%+0%, or \"\" for the whole picture";
constexpr std::array<std::string_view, 3> kPrecisions{"auto", "f32", "bf16"};
constexpr std::array<std::string_view, 2> kOnOverload{"reduce", "drop"};
constexpr std::array<std::string_view, 2> kReplayOrders{"newest_first", "oldest_first"};
constexpr std::array<std::string_view, 3> kDurability{"full", "shots", "process"};
constexpr std::array<std::string_view, 2> kWebhookFormats{"multipart", "json"};
constexpr std::array<std::string_view, 4> kHwaccels{"none", "auto", "vaapi", "cuda"};
constexpr std::array<std::string_view, 2> kHibernations{"off", "on"};
constexpr std::array<std::string_view, 5> kLevels{"trace", "debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> kLogFormats{"auto", "text", "json", "journald"};

const std::array kIdentityKeys = std::to_array<CameraKey>({
    {"name", [](Camera& c) -> SettingRef { return &c.spec.name; },
     checked(checks::camera_name, "1 to 60 letters, none of /\\@?&=<>|*\""), "unique; in logs and file names",
     "gate"},
    {"url", [](Camera& c) -> SettingRef { return &c.spec.url; },
     checked(checks::camera_url,
             "rtsp://, rtsps://, http://, https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"),
     "its video", "\"rtsp://10.0.0.5/stream1\""},
    {"id", [](Camera& c) -> SettingRef { return &c.spec.id; }, any("FindFace's number of the camera"),
     "only with FindFace", "7"},
    {"token", [](Camera& c) -> SettingRef { return &c.spec.token; },
     secret("FindFace's external_detector_token"), "a secret; only with FindFace", "\"...\""},
});

const std::array kCameraKeys = std::to_array<CameraKey>({
    {"active", [](Camera& c) -> SettingRef { return &c.source.active; }, any(),
     "false: listed, but not started"},
    {"detect_url", [](Camera& c) -> SettingRef { return &c.detect_url; },
     checked(checks::detect_url,
             "auto, \"\" for none, or rtsp://, rtsps://, http://, https://, rtmp://, srt://"),
     "a smaller stream of the same view, in which faces are found; best shots then come from url, which is "
     "not "
     "decoded but for them; auto: where the url shows which one that is (Hikvision, Dahua, ...)"},
    {"main_stream_seconds", [](Camera& c) -> SettingRef { return &c.main_stream_seconds; },
     from_to(4, 120, "seconds"), "with detect_url: how much of url's stream is kept, encoded"},
    {"single_pass", [](Camera& c) -> SettingRef { return &c.source.single_pass; }, any(),
     "files: play once to the end; false: loop"},
    {"play_speed", [](Camera& c) -> SettingRef { return &c.source.play_speed; }, play_speed_rule(),
     "for files and sim: 1: real time, 2: twice as fast, -1: as fast as possible without drops"},
    {"disable_drops", [](Camera& c) -> SettingRef { return &c.source.disable_drops; }, any(),
     "for files and sim: wait instead of dropping frames when processing falls behind"},
    {"ffmpeg_params", [](Camera& c) -> SettingRef { return &c.source.ffmpeg_params; },
     checked(checks::key_value_list, "a list of key=value"),
     "options for FFmpeg when it opens the source, e.g. [\"rtsp_transport=udp\"]"},
    {"ffmpeg_format", [](Camera& c) -> SettingRef { return &c.source.ffmpeg_format; },
     any("a name that FFmpeg knows, or \"\""), "forces the input format, e.g. mjpeg"},
    {"snapshot_interval", [](Camera& c) -> SettingRef { return &c.source.snapshot_interval; },
     from_to(0.02, 3600, "seconds"),
     "where the url is one picture, or a folder of them: how often it is fetched, or the next one shown"},
    {"video_transform", [](Camera& c) -> SettingRef { return &c.source.video_transform; },
     checked(checks::video_transform,
             "\"\", mirror, flip, rotate_90, rotate_180, rotate_270, transpose or transverse"),
     "turns the picture (90: clockwise), after what the stream itself says about it; rot, roi and sizes are "
     "those "
     "of the turned picture"},
    {"use_stream_timestamp", [](Camera& c) -> SettingRef { return &c.source.use_stream_timestamp; }, any(),
     "for files and sim: events carry the stream's own time instead of this machine's time"},
    {"start_stream_timestamp", [](Camera& c) -> SettingRef { return &c.source.start_stream_timestamp; },
     from_to(-4e9, 4e9, "seconds"), "added to the stream's time, e.g. the recording's start since 1970"},
    {"rtsp_reconnect_delay", [](Camera& c) -> SettingRef { return &c.source.rtsp_reconnect_delay; },
     from_to(0.1, 30, "seconds"), "wait before the first reconnect; doubles with each failure, up to 30"},
    {"source_timeout", [](Camera& c) -> SettingRef { return &c.source.source_timeout; },
     from_to(0.5, 600, "seconds"), "without a packet for this long, the source counts as lost"},
    {"hwaccel", [](Camera& c) -> SettingRef { return &c.source.hwaccel; }, one_of(kHwaccels),
     "where its video is decoded; none: on the CPU; auto: on a GPU if it gives the same pictures and saves "
     "CPU, "
     "as measured; vaapi (Intel, AMD), cuda (NVIDIA): there if it works; the CPU goes on where it fails"},
    {"hwaccel_device", [](Camera& c) -> SettingRef { return &c.source.hwaccel_device; },
     any("/dev/dri/renderD128, for cuda a number, or \"\" for the first"),
     "which GPU, where there are several"},
    {"hibernation", [](Camera& c) -> SettingRef { return &c.source.hibernation; }, one_of(kHibernations),
     "on: while nobody is in view, only its key frames are decoded; what lies between them is kept and "
     "looked "
     "at as soon as somebody comes; for live cameras"},
    {"frame_buffer_size", [](Camera& c) -> SettingRef { return &c.source.frame_buffer_size; },
     from_to(1, 64, "frames"), "frames that may wait; beyond that the oldest is dropped and counted"},
    {"username", [](Camera& c) -> SettingRef { return &c.source.username; },
     checked(checks::username, "a text without ':'"),
     "the camera's user, where its url holds none; nothing has to be coded"},
    {"password", [](Camera& c) -> SettingRef { return &c.source.password; }, secret("a text"),
     "its password, as it is; a secret: better VIGIA_CAMERAS_GATE_PASSWORD=... in the environment"},
    {"ca_file", [](Camera& c) -> SettingRef { return &c.source.ca_file; },
     any("a PEM file, or \"\" for the system's"),
     "rtsps:// and https://: authorities that its certificate is verified against"},
    {"tls_pin", [](Camera& c) -> SettingRef { return &c.source.tls_pin; },
     checked(checks::tls_pin, "first_use, sha256//BASE64 of its public key, or \"\" for none"),
     "rtsps://: check the camera's public key instead of its certificate; first_use: keep the first key "
     "seen"},
    {"tls_insecure", [](Camera& c) -> SettingRef { return &c.source.tls_insecure; }, any(),
     "rtsps:// and https://; true: do not verify the certificate at all; anybody on the network path can "
     "read "
     "the password and change the pictures"},
    {"rot", [](Camera& c) -> SettingRef { return &c.rot; }, any(kRegion),
     "detect and track only inside this region: less work"},
    {"roi", [](Camera& c) -> SettingRef { return &c.shot.roi; }, any(kRegion), "post only faces inside it"},
    {"detector_step", [](Camera& c) -> SettingRef { return &c.detector_step; }, from_to(1, 1000, "frames"),
     "look for faces in every Nth frame"},
    {"imotion_threshold", [](Camera& c) -> SettingRef { return &c.imotion_threshold; }, from_to(0, 1),
     "search only where the picture moves, and skip frames in which less than this fraction of it changes, "
     "and "
     "less than a face of filter_min_size covers, while nobody is in view; 0: off; try 0.002"},
    {"weight", [](Camera& c) -> SettingRef { return &c.weight; }, from_to(1, 100),
     "share of worker time beside other cameras, when there is too little for every frame"},
    {"filter_min_size", [](Camera& c) -> SettingRef { return &c.shot.filter_min_size; },
     from_to(0, 8192, "pixels"), "shorter side of the face; smaller faces are not posted"},
    {"filter_max_size", [](Camera& c) -> SettingRef { return &c.shot.filter_max_size; },
     from_to(1, 8192, "pixels"), "longer side of the face; larger faces are not posted"},
    {"filter_min_quality", [](Camera& c) -> SettingRef { return &c.shot.filter_min_quality; }, from_to(0, 1),
     "0.5: both eyes visible, turned less than about 45 degrees, sharp, not cut; worse faces are not posted"},
    {"filter_min_movement", [](Camera& c) -> SettingRef { return &c.shot.filter_min_movement; },
     from_to(0, 100, "face widths"),
     "how far a face must move, or change as living ones do, in the whole track; keeps posters out; 0: off"},
    {"track_miss_interval", [](Camera& c) -> SettingRef { return &c.track.track_miss_interval; },
     from_to(0.05, 600, "seconds"), "a track that is not seen for this long is closed"},
    {"track_stitch_interval", [](Camera& c) -> SettingRef { return &c.track.track_stitch_interval; },
     from_to(0, 60, "seconds"),
     "how long a closed track waits before it is posted, in case the same person comes back; 0: off"},
    {"minimal_track_length", [](Camera& c) -> SettingRef { return &c.track.minimal_track_length; },
     from_to(1, 1000, "sightings"),
     "shorter tracks are posted only if the detector was sure; below 5 frames a second one sighting is "
     "enough"},
    {"silent_period", [](Camera& c) -> SettingRef { return &c.track.silent_period; },
     from_to(0, 86400, "seconds"),
     "how long after a posted face somebody who looks the same is not posted again; 0: off"},
    {"track_max_duration_frames", [](Camera& c) -> SettingRef { return &c.track.track_max_duration_frames; },
     from_to(0, 1e9, "sightings"), "a longer track is ended and a new one begun; 0: off"},
    {"overall_only", [](Camera& c) -> SettingRef { return &c.track.overall_only; }, any(),
     "true: one best shot per track, at its end; false: also while the track lasts"},
    {"realtime_post_interval", [](Camera& c) -> SettingRef { return &c.track.realtime_post_interval; },
     from_to(0.05, 3600, "seconds"), "window in which the best shot is picked; with overall_only: false"},
    {"realtime_post_first_immediately",
     [](Camera& c) -> SettingRef { return &c.track.realtime_post_first_immediately; }, any(),
     "post the first good face at once; with overall_only: false"},
    {"realtime_post_every_interval",
     [](Camera& c) -> SettingRef { return &c.track.realtime_post_every_interval; }, any(),
     "true: post the best of each window; false: only a better one; with overall_only: false"},
    {"jpeg_quality", [](Camera& c) -> SettingRef { return &c.shot.jpeg_quality; }, from_to(1, 100),
     "JPEG quality of the full frame that is sent"},
    {"max_event_age", [](Camera& c) -> SettingRef { return &c.shot.max_event_age; },
     from_to(0, 3e7, "seconds"),
     "a face that is not delivered within this time after it was seen is given up and counted as expired: "
     "for doors that must not open late; 0: never"},
});

const std::array kProgramKeys = std::to_array<ProgramKey>({
    {"detector.model", [](Settings& s) -> SettingRef { return &s.detector.model; },
     checked(checks::model, "auto, vigia_n, or a .onnx file"),
     "the YuNet model; auto: search the known places, else vigia_n; vigia_n: built in, finds fewer faces"},
    {"detector.input", [](Settings& s) -> SettingRef { return &s.detector.input; },
     checked(checks::multiple_of_32, "auto, or WxH of 32 to 2048, multiples of 32"),
     "size of the picture that the model sees; larger finds smaller faces; auto: for each camera the size "
     "that faces of its filter_min_size need, as far as the machine keeps up (see vigia check)"},
    {"detector.min_detection_score",
     [](Settings& s) -> SettingRef { return &s.detector.min_detection_score; }, from_to(0, 1),
     "how sure the model must be that something is a face"},
    {"detector.precision", [](Settings& s) -> SettingRef { return &s.detector.precision; },
     one_of(kPrecisions),
     "number format of YuNet; auto: bf16 where the CPU has it and it is faster, as measured at the start"},
    {"detector.on_overload", [](Settings& s) -> SettingRef { return &s.detector.on_overload; },
     one_of(kOnOverload),
     "reduce: use a smaller input and every Nth frame until the load falls; drop: only drop frames"},
    {"detector.workers", [](Settings& s) -> SettingRef { return &s.detector.workers; },
     from_to(0, 256, "threads"), "threads that find faces; 0: one per core that this process may use"},
    {"delivery.findface.url", [](Settings& s) -> SettingRef { return &s.findface.url; },
     checked(checks::findface_url, "https://HOST[:PORT], or \"\" for none"),
     "the FindFace Multi server; user and password: FINDFACE_USER and FINDFACE_PASSWORD"},
    {"delivery.findface.camera_prefix", [](Settings& s) -> SettingRef { return &s.findface.camera_prefix; },
     any("any text"),
     "without cameras above: take the cameras of the groups whose name begins with this; \"\": all groups"},
    {"delivery.findface.ca_file", [](Settings& s) -> SettingRef { return &s.findface.ca_file; },
     any("a PEM file, or \"\" for the system's"), "authorities that its certificate is verified against"},
    {"delivery.findface.tls_pin", [](Settings& s) -> SettingRef { return &s.findface.tls_pin; },
     checked(checks::tls_pin, "first_use, sha256//BASE64 of its public key, or \"\" for none"),
     "check the server's public key instead of its certificate; first_use: keep the first key seen"},
    {"delivery.findface.tls_insecure", [](Settings& s) -> SettingRef { return &s.findface.tls_insecure; },
     any(), "true: do not verify the certificate at all; anybody on the network path can read everything"},
    {"delivery.findface.secrets_file", [](Settings& s) -> SettingRef { return &s.findface.secrets_file; },
     any("a file, or \"\" for none"), "lines like FINDFACE_USER=..., for what the environment does not set"},
    {"delivery.findface.reload_interval",
     [](Settings& s) -> SettingRef { return &s.findface.reload_interval; }, from_to(0, 86400, "seconds"),
     "how often its camera list is fetched again, so that changes take effect; 0: only at the start"},
    {"delivery.findface.post_timeout", [](Settings& s) -> SettingRef { return &s.findface.post_timeout; },
     from_to(1, 3600, "seconds"),
     "how long to wait for its answer to a face; up to four times as long once it has proved to be slow"},
    {"delivery.webhook.url", [](Settings& s) -> SettingRef { return &s.webhook.url; },
     unseen(checked(checks::webhook_url, "https://HOST[:PORT]/PATH, or \"\" for none")),
     "post each face there, too; signed with VIGIA_WEBHOOK_SECRET, if that is set"},
    {"delivery.webhook.format", [](Settings& s) -> SettingRef { return &s.webhook.format; },
     one_of(kWebhookFormats), "multipart: parts event and image; json: one object with the image in base64"},
    {"delivery.webhook.camera_conditions",
     [](Settings& s) -> SettingRef { return &s.webhook.camera_conditions; }, any(),
     "post there, too, when something is wrong with a camera (offline, frozen, dark, ...), and when it is "
     "over"},
    {"delivery.webhook.ca_file", [](Settings& s) -> SettingRef { return &s.webhook.ca_file; },
     any("a PEM file, or \"\" for the system's"), "authorities that its certificate is verified against"},
    {"delivery.webhook.tls_pin", [](Settings& s) -> SettingRef { return &s.webhook.tls_pin; },
     checked(checks::tls_pin, "first_use, sha256//BASE64 of its public key, or \"\" for none"),
     "as delivery.findface.tls_pin"},
    {"delivery.webhook.tls_insecure", [](Settings& s) -> SettingRef { return &s.webhook.tls_insecure; },
     any(), "true: do not verify the certificate at all; anybody on the network path can read everything"},
    {"delivery.mqtt.url", [](Settings& s) -> SettingRef { return &s.mqtt.url; },
     checked(checks::mqtt_url, "mqtt://HOST[:PORT], mqtts://HOST[:PORT], or \"\" for none"),
     "publish each face at this broker, too; user and password: MQTT_USER and MQTT_PASSWORD"},
    {"delivery.mqtt.topic_prefix", [](Settings& s) -> SettingRef { return &s.mqtt.topic_prefix; },
     checked(checks::topic, "a topic without + and #"), "first part of every topic: PREFIX/CAMERA/face"},
    {"delivery.mqtt.client_id", [](Settings& s) -> SettingRef { return &s.mqtt.client_id; },
     any("a text, or \"\" for a generated one"), "Vigia's client id; must be unique at the broker"},
    {"delivery.mqtt.ca_file", [](Settings& s) -> SettingRef { return &s.mqtt.ca_file; },
     any("a PEM file, or \"\" for the system's"), "authorities that its certificate is verified against"},
    {"delivery.mqtt.images", [](Settings& s) -> SettingRef { return &s.mqtt.images; }, any(),
     "publish the image of each face, too"},
    {"delivery.mqtt.retain_images", [](Settings& s) -> SettingRef { return &s.mqtt.retain_images; }, any(),
     "true: the broker keeps the last face of each camera for later subscribers"},
    {"delivery.mqtt.discovery_prefix", [](Settings& s) -> SettingRef { return &s.mqtt.discovery_prefix; },
     checked(checks::topic_or_empty, "a topic without + and #, or \"\" for none"),
     "where Home Assistant looks for new devices: each camera becomes one"},
    {"delivery.directory", [](Settings& s) -> SettingRef { return &s.delivery.directory; },
     any("a folder, or \"\" for ./faces when there is no other receiver"), "write faces as files there, too"},
    {"delivery.senders", [](Settings& s) -> SettingRef { return &s.delivery.senders; },
     from_to(1, 64, "shots"), "shots sent at the same time to each receiver"},
    {"delivery.resend_unanswered", [](Settings& s) -> SettingRef { return &s.delivery.resend_unanswered; },
     from_to(0, 100, "times"),
     "how often a face that FindFace has not answered is sent again, which may give it the face twice; after "
     "that it counts as failed"},
    {"delivery.stop_timeout", [](Settings& s) -> SettingRef { return &s.delivery.stop_timeout; },
     from_to(0, 3600, "seconds"), "how long a stop waits for unsent shots; the rest stays on disk"},
    {"delivery.replay_order", [](Settings& s) -> SettingRef { return &s.delivery.replay_order; },
     one_of(kReplayOrders), "order of shots that waited, e.g. in an outage; new shots go before them"},
    {"delivery.replay_rate", [](Settings& s) -> SettingRef { return &s.delivery.replay_rate; },
     from_to(0, 1000, "shots a second"), "how fast shots that waited are sent to each receiver; 0: no limit"},
    {"outbox.path", [](Settings& s) -> SettingRef { return &s.outbox.path; },
     checked(checks::not_empty, "a file"), "the database of shots that are not delivered yet"},
    {"outbox.durability", [](Settings& s) -> SettingRef { return &s.outbox.durability; }, one_of(kDurability),
     "what a power cut may cost: full: nothing; shots: some shots are sent twice; process: the latest shots "
     "are lost; the end of the process alone loses none"},
    {"outbox.max_bytes", [](Settings& s) -> SettingRef { return &s.outbox.max_bytes; },
     checked(checks::outbox_bytes, "0, or bytes from 1M on, e.g. 500M, 10G"),
     "most bytes of waiting images; beyond that the oldest shots are given up, counted as shed; 0: no limit"},
    {"outbox.max_age", [](Settings& s) -> SettingRef { return &s.outbox.max_age; },
     from_to(0, 3e8, "seconds"), "older shots are given up and counted as expired; 0: never"},
    {"outbox.journal_interval", [](Settings& s) -> SettingRef { return &s.outbox.journal_interval; },
     from_to(0, 3600, "seconds"),
     "how often the best shot so far of each person still in view is saved to disk, to be sent if Vigia or "
     "the machine ends without a stop; 0: never"},
    {"ledger.path", [](Settings& s) -> SettingRef { return &s.ledger.path; },
     checked(checks::not_empty, "a file"),
     "the database of what became of each track; vigia events shows it"},
    {"ledger.keep", [](Settings& s) -> SettingRef { return &s.ledger.keep; },
     from_to(0, 1e6, "ends of tracks"),
     "how many of the newest are kept, 5 KB each with a small picture of the face; 0: none, and no file"},
    {"memory.gc_interval", [](Settings& s) -> SettingRef { return &s.memory.gc_interval; },
     from_to(0.1, 3600, "seconds"), "time between passes of the collector; shorter: less held, more passes"},
    {"memory.budget_bytes", [](Settings& s) -> SettingRef { return &s.memory.budget_bytes; },
     checked(checks::budget, "0, or bytes from 16M on, e.g. 512M, 2G"),
     "most memory that frames, images and waiting shots may hold; 0: 60 % of what this process may use"},
    {"memory.camera_quota_bytes", [](Settings& s) -> SettingRef { return &s.memory.camera_quota_bytes; },
     checked(checks::budget, "0, or bytes from 16M on, e.g. 64M"),
     "most of the budget that one camera may hold; 0: half of it, at most 1 GiB"},
    {"memory.empty_gpu_cache_each_pass",
     [](Settings& s) -> SettingRef { return &s.memory.empty_gpu_cache_each_pass; }, any("true or false"),
     "empty libtorch's GPU cache at each pass, not only when memory is short; only with libtorch and a GPU"},
    {"web.listen", [](Settings& s) -> SettingRef { return &s.web.listen; },
     checked(checks::listen_address, "auto, off, or ADDRESS:PORT"),
     "where the page, the API and the metrics are; auto: 127.0.0.1:8080, for this machine only, unless "
     "another "
     "program has it; other machines: 0.0.0.0:8080, with a token"},
    {"web.token", [](Settings& s) -> SettingRef { return &s.web.token; },
     unseen(checked(checks::web_token, "a text of at least 16 characters, or \"\" for none")),
     "who sends it may look and change the log's level; a secret: better VIGIA_WEB_TOKEN=... in the "
     "environment"},
    {"web.token_file", [](Settings& s) -> SettingRef { return &s.web.token_file; },
     any("a file, or \"\" for none"), "the file that holds the token, instead"},
    {"web.hosts", [](Settings& s) -> SettingRef { return &s.web.hosts; },
     checked(checks::host_names, "a list of names, e.g. [vigia.example]"),
     "names by which browsers reach it, beside localhost and addresses: of this machine, or of a proxy "
     "before it"},
    {"logging.level", [](Settings& s) -> SettingRef { return &s.logging.level; }, one_of(kLevels),
     "how much the log says"},
    {"logging.format", [](Settings& s) -> SettingRef { return &s.logging.format; }, one_of(kLogFormats),
     "how a line is written; journald: with its priority and without its time; auto: journald where standard "
     "error is systemd's journal, else text"},
    {"logging.faces", [](Settings& s) -> SettingRef { return &s.logging.faces; }, any("true or false"),
     "a line for each face posted"},
    {"logging.fold_interval", [](Settings& s) -> SettingRef { return &s.logging.fold_interval; },
     from_to(0, 3600, "seconds"),
     "lines that repeat within this time become one that counts them; 0: every line is written"},
    {"logging.file", [](Settings& s) -> SettingRef { return &s.logging.file; },
     any("a file, or \"\" for standard error"),
     "where lines go; while it cannot be written they go to standard error; SIGHUP opens it again"},
    {"logging.file_max_bytes", [](Settings& s) -> SettingRef { return &s.logging.file_max_bytes; },
     checked(checks::log_file_bytes, "0, or bytes from 64K on, e.g. 20M"),
     "a larger file is renamed to FILE.1, and a new one begun; 0: never"},
    {"logging.file_count", [](Settings& s) -> SettingRef { return &s.logging.file_count; },
     from_to(0, 1000, "files"), "how many renamed ones are kept; 0: none"},
    {"logging.queue_bytes", [](Settings& s) -> SettingRef { return &s.logging.queue_bytes; },
     checked(checks::log_queue_bytes, "bytes from 64K to 256M"),
     "most bytes of lines that wait for being written; what has no room is left out and counted; of "
     "memory.budget_bytes"},
});

std::string kind_text(SettingRef slot) {
  if (std::holds_alternative<bool*>(slot)) return "true or false";
  if (std::holds_alternative<int*>(slot)) return "a whole number";
  if (std::holds_alternative<double*>(slot)) return "a number";
  return "a text";
}

std::string choices_text(std::span<const std::string_view> choices) {
  return fmt::format("{}", fmt::join(choices, ", "));
}

}  // namespace

std::span<const CameraKey> identity_keys() {
  return kIdentityKeys;
}
std::span<const CameraKey> camera_keys() {
  return kCameraKeys;
}
std::span<const ProgramKey> program_keys() {
  return kProgramKeys;
}

std::string allowed_text(const Rule& rule, SettingRef slot) {
  if (!rule.allowed.empty()) return std::string(rule.allowed);
  if (!rule.choices.empty()) return choices_text(rule.choices);
  std::string text = kind_text(slot);
  if (!rule.unit.empty()) text += fmt::format(" of {}", rule.unit);
  if (rule.at_most < 1e300) text += fmt::format(" from {:.10g} to {:.10g}", rule.at_least, rule.at_most);
  return text;
}

std::optional<Wrong> check_rule(const Rule& rule, SettingRef slot) {
  double number = 0;
  if (auto** whole = std::get_if<int*>(&slot)) number = **whole;
  if (auto** real = std::get_if<double*>(&slot)) number = **real;
  if (number < rule.at_least) return Wrong{"is too small", {}};
  if (number > rule.at_most) return Wrong{"is too large", {}};
  if (auto** text = std::get_if<std::string*>(&slot); text != nullptr && !rule.choices.empty()) {
    if (std::find(rule.choices.begin(), rule.choices.end(), **text) == rule.choices.end()) {
      return Wrong{"is unknown", nearest(**text, rule.choices)};
    }
  }
  return rule.check != nullptr ? rule.check(slot) : std::nullopt;
}

}  // namespace vigia::settings

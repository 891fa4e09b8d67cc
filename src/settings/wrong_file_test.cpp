// Many ways to write a wrong settings file, and the lines that the user then reads.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "settings/problems.h"
#include "settings/settings_test_support.h"
#include "settings/yaml_tree.h"

namespace vigia::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct WrongFile {
  std::string name;
  std::string yaml;
  std::vector<std::string> lines;
};

// "hunter2" is the secret in all of them.
const std::vector<WrongFile> kWrongFiles{
    {"an unknown section",
     "camras: []\n",
     {"vigia.yaml:1: camras: unknown key; allowed: cameras, defaults, detector, delivery, outbox, ledger, "
      "memory, "
      "web, logging; did you mean 'cameras'?"}},
    {"an unknown key",
     "defaults:\n  filter_min_sise: 60\n",
     {"vigia.yaml:2: defaults.filter_min_sise: unknown key; allowed: what 'vigia check --defaults' prints; "
      "did you mean 'filter_min_size'?"}},
    {"a word for a number",
     "defaults:\n  jpeg_quality: high\n",
     {"vigia.yaml:2: defaults.jpeg_quality: 'high' is not a whole number; allowed: a whole number from 1 "
      "to 100"}},
    {"below the range",
     "defaults:\n  jpeg_quality: 0\n",
     {"vigia.yaml:2: defaults.jpeg_quality: '0' is too small; allowed: a whole number from 1 to 100"}},
    {"above the range",
     "detector: {min_detection_score: 60}\n",
     {"vigia.yaml:1: detector.min_detection_score: '60' is too large; allowed: a number from 0 to 1"}},
    {"a broken number for a whole one",
     "defaults:\n  jpeg_quality: 95.5\n",
     {"vigia.yaml:2: defaults.jpeg_quality: '95.5' is not a whole number; allowed: a whole number from 1 "
      "to 100; did you mean '96'?"}},
    {"a number that no int holds",
     "defaults:\n  detector_step: 99999999999\n",
     {"vigia.yaml:2: defaults.detector_step: '99999999999' is too large a number; allowed: a whole number "
      "of frames from 1 to 1000"}},
    {"another language's boolean",
     "defaults:\n  overall_only: yes\n",
     {"vigia.yaml:2: defaults.overall_only: 'yes' is not true or false; allowed: true or false; did you "
      "mean 'true'?"}},
    {"a number with its unit",
     "defaults:\n  track_miss_interval: 500ms\n",
     {"vigia.yaml:2: defaults.track_miss_interval: '500ms' is not a number; allowed: a number of seconds "
      "from 0.05 to 600; did you mean '0.5'?"}},
    {"a decimal comma",
     "defaults:\n  filter_min_quality: 0,5\n",
     {"vigia.yaml:2: defaults.filter_min_quality: '0,5' is not a number; allowed: a number from 0 to 1; "
      "did you mean '0.5'?"}},
    {"not a number",
     "memory: {gc_interval: .nan}\n",
     {"vigia.yaml:1: memory.gc_interval: '.nan' is not a number; allowed: a number of seconds from 0.1 to "
      "3600"}},
    {"infinite",
     "memory: {gc_interval: .inf}\n",
     {"vigia.yaml:1: memory.gc_interval: '.inf' is not a number; allowed: a number of seconds from 0.1 to "
      "3600"}},
    {"zero where nothing would happen",
     "defaults:\n  play_speed: 0\n",
     {"vigia.yaml:2: defaults.play_speed: '0' means that nothing is played; allowed: -1, or above 0 to "
      "100"}},
    {"no value",
     "defaults:\n  jpeg_quality:\n",
     {"vigia.yaml:2: defaults.jpeg_quality: has no value; allowed: a whole number from 1 to 100"}},
    {"a list for a number",
     "defaults:\n  jpeg_quality: [95]\n",
     {"vigia.yaml:2: defaults.jpeg_quality: the value is a list; allowed: a whole number from 1 to 100"}},
    {"a section for a number",
     "defaults:\n  jpeg_quality: {best: 95}\n",
     {"vigia.yaml:2: defaults.jpeg_quality: is not a section; allowed: a whole number from 1 to 100"}},
    {"a value for a section",
     "detector: fast\n",
     {"vigia.yaml:1: detector: holds no 'key: value' lines; allowed: model, input, min_detection_score, "
      "precision, on_overload, workers"}},
    {"a value for defaults",
     "defaults: 5\n",
     {"vigia.yaml:1: defaults: holds no 'key: value' lines; allowed: the keys of a camera"}},
    {"a colon forgotten",
     "defaults:\n  jpeg_quality 90\n",
     {"vigia.yaml:1: defaults: holds no 'key: value' lines; allowed: the keys of a camera"}},
    {"a key twice",
     "defaults:\n  filter_min_size: 60\n  filter_min_size: 70\n",
     {"vigia.yaml:3: defaults.filter_min_size: occurs twice; keep one"}},
    {"a section twice",
     "memory: {gc_interval: 1}\nmemory: {gc_interval: 2}\n",
     {"vigia.yaml:2: memory: occurs twice; keep one"}},
    {"a key in no section",
     "gc_interval: 5\n",
     {"vigia.yaml:1: gc_interval: unknown key; allowed: cameras, defaults, detector, delivery, outbox, "
      "ledger, "
      "memory, web, logging; did you mean 'memory.gc_interval'?"}},
    {"a path as flags have it",
     "memory.gc_interval: 5\n",
     {"vigia.yaml:1: memory.gc_interval: is a path, which is for flags; in a file it is gc_interval below "
      "memory:"}},
    {"dashes for underscores",
     "defaults: {jpeg-quality: 90}\n",
     {"vigia.yaml:1: defaults.jpeg-quality: unknown key; allowed: what 'vigia check --defaults' prints; "
      "did you mean 'jpeg_quality'?"}},
    {"a part of the name",
     "defaults: {min_size: 90}\n",
     {"vigia.yaml:1: defaults.min_size: unknown key; allowed: what 'vigia check --defaults' prints; did "
      "you mean 'filter_min_size'?"}},
    {"a pair that posts nothing",
     "defaults:\n  filter_min_size: 200\n  filter_max_size: 100\n",
     {"vigia.yaml:2: defaults.filter_min_size: filter_min_size 200 is larger than filter_max_size 100: "
      "nothing would be posted; allowed: filter_min_size up to filter_max_size"}},
    {"regions that share nothing",
     "defaults:\n  rot: 100x100+0+0\n  roi: 50x50+200+200\n",
     {"vigia.yaml:3: defaults.roi: roi lies outside rot: nothing would be posted; allowed: a roi that "
      "shares a part with rot"}},
    {"half a region",
     "defaults:\n  roi: 100x100\n",
     {"vigia.yaml:2: defaults.roi: '100x100' is not a region; allowed: WxH+X+Y in pixels or in percent, e.g. "
      "50%x100%+0%+0%, or \"\" for the "
      "whole picture"}},
    {"a region before the picture",
     "defaults:\n  roi: 100x100+-5+0\n",
     {"vigia.yaml:2: defaults.roi: '100x100+-5+0' is not a region; allowed: WxH+X+Y in pixels or in percent, "
      "e.g. 50%x100%+0%+0%, or \"\" for "
      "the whole picture"}},
    {"an empty region",
     "defaults:\n  roi: 0x100+1+1\n",
     {"vigia.yaml:2: defaults.roi: '0x100+1+1' is an empty region; allowed: WxH+X+Y in pixels or in percent, "
      "e.g. 50%x100%+0%+0%, or \"\" for "
      "the whole picture"}},
    {"a region of nowhere",
     "defaults:\n  rot: 100x100+99999+0\n",
     {"vigia.yaml:2: defaults.rot: '100x100+99999+0' lies outside any picture; allowed: WxH+X+Y in pixels or "
      "in percent, e.g. 50%x100%+0%+0%, "
      "or \"\" for the whole picture"}},
    {"half in percent",
     "defaults:\n  roi: 50%x100+0+0\n",
     {"vigia.yaml:2: defaults.roi: '50%x100+0+0' is not a region; all four numbers are in percent, or none; "
      "allowed: "
      "WxH+X+Y in pixels or in percent, e.g. 50%x100%+0%+0%, or \"\" for the whole picture"}},
    {"no way to turn",
     "defaults:\n  video_transform: rotate_91\n",
     {"vigia.yaml:2: defaults.video_transform: 'rotate_91' is no way to turn a picture; allowed: \"\", "
      "mirror, flip, "
      "rotate_90, rotate_180, rotate_270, transpose or transverse; did you mean 'rotate_90'?"}},
    {"no key=value",
     "defaults:\n  ffmpeg_params: [rtsp_transport]\n",
     {"vigia.yaml:2: defaults.ffmpeg_params: the value has an entry that is not key=value; allowed: a list "
      "of key=value"}},
    {"a list of lists",
     "defaults:\n  ffmpeg_params: [[a=b]]\n",
     {"vigia.yaml:2: defaults.ffmpeg_params: is a list of other things than texts; allowed: a list of "
      "key=value"}},
    {"no multiple of 32",
     "detector: {input: 640x360}\n",
     {"vigia.yaml:1: detector.input: '640x360' is not a multiple of 32 both ways; allowed: auto, or WxH of "
      "32 to 2048, multiples of 32; did you mean '640x352'?"}},
    {"half a size",
     "detector: {input: 640}\n",
     {"vigia.yaml:1: detector.input: '640' is not a size; allowed: auto, or WxH of 32 to 2048, multiples "
      "of 32"}},
    {"too large a size",
     "detector: {input: 4096x4096}\n",
     {"vigia.yaml:1: detector.input: '4096x4096' is larger than 2048; allowed: auto, or WxH of 32 to 2048, "
      "multiples of 32"}},
    {"a word for the model",
     "detector: {model: viga_n}\n",
     {"vigia.yaml:1: detector.model: 'viga_n' is not a model; allowed: auto, vigia_n, or a .onnx file; did "
      "you mean 'vigia_n'?"}},
    {"bytes with a unit",
     "memory: {budget_bytes: 512 MB}\n",
     {"vigia.yaml:1: memory.budget_bytes: '512 MB' is not a number of bytes; allowed: 0, or bytes from 16M "
      "on, e.g. 512M, 2G; did you mean '512M'?"}},
    {"too few bytes",
     "memory: {budget_bytes: 1M}\n",
     {"vigia.yaml:1: memory.budget_bytes: '1M' is too little to hold a frame of each camera; allowed: 0, "
      "or bytes from 16M on, e.g. 512M, 2G"}},
    {"more bytes than there are",
     "memory: {budget_bytes: 99999999999G}\n",
     {"vigia.yaml:1: memory.budget_bytes: '99999999999G' is too large a number; allowed: 0, or bytes from "
      "16M on, e.g. 512M, 2G"}},
    {"another program's level",
     "logging: {level: warn}\n",
     {"vigia.yaml:1: logging.level: 'warn' is unknown; allowed: trace, debug, info, warning, error; did "
      "you mean 'warning'?"}},
    {"an empty path", "outbox: {path: \"\"}\n", {"vigia.yaml:1: outbox.path: '' is empty; allowed: a file"}},
    {"a camera without url",
     "cameras:\n  - {name: gate}\n",
     {"vigia.yaml:2: cameras.gate.url: is missing; allowed: rtsp://, rtsps://, http://, https://, "
      "rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"a camera with an empty url",
     "cameras:\n  - {name: gate, url: \"\"}\n",
     {"vigia.yaml:2: cameras.gate.url: '' is empty; allowed: rtsp://, rtsps://, http://, https://, "
      "rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"a camera without name",
     "cameras:\n  - {url: \"rtsp://10.0.0.5/s\"}\n",
     {"vigia.yaml:2: cameras[1].name: is missing; allowed: 1 to 60 letters, none of /\\@?&=<>|*\""}},
    {"a camera twice",
     "cameras:\n  - {name: gate, url: \"file:a.mp4\"}\n  - {name: gate, url: \"file:b.mp4\"}\n",
     {"vigia.yaml:3: cameras.gate.name: 'gate' is another camera's; allowed: a name of its own"}},
    {"an id twice",
     "cameras:\n  - {name: a, url: \"file:a.mp4\", id: 7}\n  - {name: b, url: \"file:b.mp4\", id: 7}\n",
     {"vigia.yaml:3: cameras.b.id: 7 is another camera's; allowed: a number of its own"}},
    {"an id that is a word",
     "cameras:\n  - {name: gate, url: \"file:a.mp4\", id: seven}\n",
     {"vigia.yaml:2: cameras.gate.id: 'seven' is not a whole number; allowed: FindFace's number of the "
      "camera"}},
    {"a name that is a path",
     "cameras:\n  - {name: ../gate, url: \"file:a.mp4\"}\n",
     {"vigia.yaml:2: cameras.../gate.name: '../gate' cannot be part of a file's name; allowed: 1 to 60 "
      "letters, none of /\\@?&=<>|*\""}},
    {"a misspelt scheme",
     "cameras:\n  - {name: gate, url: \"rstp://10.0.0.5/s\"}\n",
     {"vigia.yaml:2: cameras.gate.url: 'rstp://10.0.0.5/s' has the unknown scheme 'rstp'; allowed: "
      "rtsp://, rtsps://, http://, https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:; did you mean "
      "'rtsp://10.0.0.5/s'?"}},
    {"an unknown scheme, with a password",
     "cameras:\n  - {name: gate, url: \"ftp://admin:hunter2@10.0.0.5/s\"}\n",
     {"vigia.yaml:2: cameras.gate.url: 'ftp://***@10.0.0.5/s' has the unknown scheme 'ftp'; allowed: "
      "rtsp://, rtsps://, http://, https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"no scheme, with a password",
     "cameras:\n  - {name: gate, url: \"admin:hunter2@10.0.0.5/s\"}\n",
     {"vigia.yaml:2: cameras.gate.url: the value has no scheme; allowed: rtsp://, rtsps://, http://, "
      "https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"a path for a url",
     "cameras:\n  - {name: gate, url: /videos/a.mp4}\n",
     {"vigia.yaml:2: cameras.gate.url: '/videos/a.mp4' has no scheme; allowed: rtsp://, rtsps://, http://, "
      "https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:; did you mean 'file:/videos/a.mp4'?"}},
    {"a device for a url",
     "cameras:\n  - {name: gate, url: /dev/video0}\n",
     {"vigia.yaml:2: cameras.gate.url: '/dev/video0' has no scheme; allowed: rtsp://, rtsps://, http://, "
      "https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:; did you mean 'v4l2:/dev/video0'?"}},
    {"no device for a url",
     "cameras:\n  - {name: gate, url: \"v4l2:video0\"}\n",
     {"vigia.yaml:2: cameras.gate.url: 'v4l2:video0' names no device of /dev; allowed: rtsp://, rtsps://, "
      "http://, https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"no decoding hardware",
     "defaults:\n  hwaccel: vaap\n",
     {"vigia.yaml:2: defaults.hwaccel: 'vaap' is unknown; allowed: none, auto, vaapi, cuda; did you mean "
      "'vaapi'?"}},
    {"a url without host",
     "cameras:\n  - {name: gate, url: \"rtsp:///stream\"}\n",
     {"vigia.yaml:2: cameras.gate.url: 'rtsp:///stream' names no host; allowed: rtsp://, rtsps://, "
      "http://, https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"a url without file",
     "cameras:\n  - {name: gate, url: \"file:\"}\n",
     {"vigia.yaml:2: cameras.gate.url: 'file:' names no file; allowed: rtsp://, rtsps://, http://, "
      "https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"}},
    {"a list for a token",
     "cameras:\n  - {name: gate, url: \"file:a.mp4\", token: [hunter2, x]}\n",
     {"vigia.yaml:2: cameras.gate.token: the value is a list; allowed: FindFace's "
      "external_detector_token"}},
    {"a map of cameras",
     "cameras:\n  gate: {url: \"file:a.mp4\"}\n",
     {"vigia.yaml:1: cameras: is not a list; allowed: - {name: gate, url: \"rtsp://HOST/PATH\"}"}},
    {"a camera that is a url",
     "cameras:\n  - rtsp://10.0.0.5/s\n",
     {"vigia.yaml:2: cameras[1]: is not a camera; allowed: {name: gate, url: \"rtsp://HOST/PATH\"}"}},
    {"a camera's pair, against defaults",
     "defaults: {filter_max_size: 100}\ncameras:\n  - {name: gate, url: \"file:a.mp4\", filter_min_size: "
     "200}\n",
     {"vigia.yaml:3: cameras.gate.filter_min_size: filter_min_size 200 is larger than filter_max_size 100: "
      "nothing would be posted; allowed: filter_min_size up to filter_max_size"}},
    {"a password for a file",
     "cameras:\n  - {name: gate, url: \"file:a.mp4\", password: hunter2}\n",
     {"vigia.yaml:2: cameras.gate.password: has no effect: only rtsp://, rtsps://, http:// and https:// "
      "cameras have a login"}},
    {"a login in the url and beside it",
     "cameras:\n  - {name: gate, url: \"rtsp://a:hunter2@10.0.0.5/x\", password: hunter2}\n",
     {"vigia.yaml:2: cameras.gate.password: has no effect: its url holds a login, too: leave one of them "
      "out"}},
    {"a camera's user by another name",
     "cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/x\", user: hunter2}\n",
     {"vigia.yaml:2: cameras.gate.user: unknown key; a camera's user and password have the keys username and "
      "password"}},
    {"FindFace's password",
     "delivery: {findface: {password: hunter2}}\n",
     {"vigia.yaml:1: delivery.findface.password: is a secret and has no place here; set FINDFACE_PASSWORD "
      "in the environment or in the file that delivery.findface.secrets_file names"}},
    {"FindFace's user",
     "FINDFACE_USER: hunter2\n",
     {"vigia.yaml:1: FINDFACE_USER: is a secret and has no place here; set FINDFACE_USER in the "
      "environment or in the file that delivery.findface.secrets_file names"}},
    {"FindFace's password in the url",
     "delivery: {findface: {url: \"https://user:hunter2@findface.local\"}}\n",
     {"vigia.yaml:1: delivery.findface.url: 'https://***@findface.local' holds a password, which belongs "
      "in FINDFACE_USER and FINDFACE_PASSWORD; allowed: https://HOST[:PORT], or \"\" for none"}},
    {"FindFace without https",
     "delivery: {findface: {url: findface.local}}\n",
     {"vigia.yaml:1: delivery.findface.url: 'findface.local' does not begin with https:// or http://; "
      "allowed: https://HOST[:PORT], or \"\" for none"}},
    {"a webhook's address with a password",
     "delivery: {webhook: {url: \"https://user:hunter2@example.org/hook\"}}\n",
     {"vigia.yaml:1: delivery.webhook.url: the value holds a password, which is not sent; posts are signed "
      "with "
      "VIGIA_WEBHOOK_SECRET; allowed: https://HOST[:PORT]/PATH, or \"\" for none"}},
    {"a webhook's address, which may itself be the key",
     "delivery: {webhook: {url: \"htps://example.org/hunter2\"}}\n",
     {"vigia.yaml:1: delivery.webhook.url: the value does not begin with https:// or http://; allowed: "
      "https://HOST[:PORT]/PATH, or \"\" for none"}},
    {"a webhook's secret",
     "delivery: {webhook: {secret: hunter2}}\n",
     {"vigia.yaml:1: delivery.webhook.secret: is a secret and has no place here; set VIGIA_WEBHOOK_SECRET in "
      "the environment or in the file that delivery.findface.secrets_file names"}},
    {"MQTT's password",
     "delivery: {mqtt: {password: hunter2}}\n",
     {"vigia.yaml:1: delivery.mqtt.password: is a secret and has no place here; set MQTT_PASSWORD in the "
      "environment or in the file that delivery.findface.secrets_file names"}},
    {"MQTT's password in the url",
     "delivery: {mqtt: {url: \"mqtt://user:hunter2@broker\"}}\n",
     {"vigia.yaml:1: delivery.mqtt.url: 'mqtt://***@broker' holds a password, which belongs in MQTT_USER and "
      "MQTT_PASSWORD; allowed: mqtt://HOST[:PORT], mqtts://HOST[:PORT], or \"\" for none"}},
    {"a broker's port that is none",
     "delivery: {mqtt: {url: \"mqtt://broker:70000\"}}\n",
     {"vigia.yaml:1: delivery.mqtt.url: 'mqtt://broker:70000' has an invalid port; allowed: "
      "mqtt://HOST[:PORT], mqtts://HOST[:PORT], or \"\" for none"}},
    {"a topic that is a pattern",
     "delivery: {mqtt: {topic_prefix: \"vigia/#\"}}\n",
     {"vigia.yaml:1: delivery.mqtt.topic_prefix: 'vigia/#' holds '+' or '#'; allowed: a topic without + and "
      "#"}},
    {"a secrets file that is not there",
     "delivery: {findface: {secrets_file: /nowhere/secrets.env}}\n",
     {"vigia.yaml:1: delivery.findface.secrets_file: /nowhere/secrets.env: cannot open: No such file or "
      "directory"}},
    {"fkvideo's name",
     "min-face-size: 60\n",
     {"vigia.yaml:1: min-face-size: unknown key; it is now defaults.filter_min_size"}},
    {"a name whose unit changed",
     "defaults: {max_age: 60}\n",
     {"vigia.yaml:1: defaults.max_age: unknown key; it is now track_miss_interval (in seconds, no longer "
      "frames)"}},
    {"a name that is inverted",
     "cameras:\n  - {name: gate, url: \"file:a.mp4\", realtime: true}\n",
     {"vigia.yaml:2: cameras.gate.realtime: unknown key; it is now overall_only (inverted: realtime is "
      "overall_only: false)"}},
    {"a name that is gone",
     "defaults: {npersons: 10}\n",
     {"vigia.yaml:1: defaults.npersons: is no longer a setting: the number of tracks has no limit of its "
      "own; "
      "memory.budget_bytes bounds what they hold"}},
    {"the predecessor's section",
     "modelo_deteccao:\n  confidence_threshold: 0.5\n  iou_threshold: 0.75\n",
     {"vigia.yaml:1: modelo_deteccao: unknown key; it is now detector",
      "vigia.yaml:2: modelo_deteccao.confidence_threshold: unknown key; it is now "
      "detector.min_detection_score",
      "vigia.yaml:3: modelo_deteccao.iou_threshold: is no longer a setting: how faces are joined to tracks "
      "follows from their motion and the frame rate"}},
    {"two errors",
     "defaults: {jpeg_quality: 0}\nmemory: {gc_intervall: 5}\n",
     {"vigia.yaml:1: defaults.jpeg_quality: '0' is too small; allowed: a whole number from 1 to 100",
      "vigia.yaml:2: memory.gc_intervall: unknown key; allowed: gc_interval, budget_bytes, "
      "camera_quota_bytes, empty_gpu_cache_each_pass; did you mean "
      "'gc_interval'?"}},
    {"a tab",
     "defaults:\n\tjpeg_quality: 90\n",
     {"vigia.yaml:2: begins with a tab; YAML is indented with spaces"}},
    {"an open quote",
     "defaults:\n  jpeg_quality: \"90\n",
     {"vigia.yaml:2: a quote is opened here and never closed"}},
    {"an open quote before more",
     "cameras:\n  - name: \"gate\n    url: file:x\nmemory: {gc_interval: 3}\n",
     {"vigia.yaml:2: a quote is opened here and never closed"}},
    {"an open bracket",
     "defaults: {jpeg_quality: 90\n",
     {"vigia.yaml:1: is not YAML: end of map flow not found; look at the indentation, colons, quotes and "
      "brackets here and above"}},
    {"two colons",
     "defaults: jpeg_quality: 90\n",
     {"vigia.yaml:1: is not YAML: illegal map value; look at the indentation, colons, quotes and brackets "
      "here and above"}},
    {"a page for everybody",
     "web: {listen: \"0.0.0.0:8080\"}\n",
     {"vigia.yaml:1: web.listen: lets other machines see faces and cameras at 0.0.0.0:8080, and there is no "
      "token; "
      "allowed: an address of 127.0.0.0/8 or [::1], or any with web.token or web.token_file"}},
    {"a page at a name",
     "web: {listen: \"localhost:8080\"}\n",
     {"vigia.yaml:1: web.listen: 'localhost:8080' is no numeric address of this machine with a port, such as "
      "127.0.0.1:8080 or [::1]:8080; allowed: auto, off, or ADDRESS:PORT"}},
    {"a short token",
     "web: {token: hunter2}\n",
     {"vigia.yaml:1: web.token: the value is too short; allowed: a text of at least 16 characters, or \"\" "
      "for none"}},
    {"a name with a port",
     "web: {hosts: [\"vigia.example:443\"]}\n",
     {"vigia.yaml:1: web.hosts: the value holds something else than names of hosts, without a "
      "port; allowed: "
      "a list of names, e.g. [vigia.example]"}},
    {"a list for the file",
     "- a\n- b\n",
     {"vigia.yaml:1: the file: holds no 'key: value' lines; allowed: cameras, defaults, detector, "
      "delivery, outbox, ledger, memory, web, logging"}},
    {"a text for the file",
     "just a text\n",
     {"vigia.yaml:1: the file: holds no 'key: value' lines; allowed: cameras, defaults, detector, "
      "delivery, outbox, ledger, memory, web, logging"}},
    {"two documents",
     "memory: {gc_interval: 5}\n---\nmemory: {gc_interval: 6}\n",
     {"vigia.yaml:3: begins a second document; one file is one document"}},
    {"an alias",
     "a: &a [1]\nb: *a\n",
     {"vigia.yaml:1: anchors and aliases (& and *) are not supported; put what cameras share in "
      "'defaults'"}},
    {"an alias of nothing",
     "b: *a\n",
     {"vigia.yaml:1: anchors and aliases (& and *) are not supported; put what cameras share in "
      "'defaults'"}},
    {"a tag", "memory: !!map {gc_interval: 5}\n", {"vigia.yaml:1: tags (!) are not supported"}},
    {"an include", "memory: !include x.yaml\n", {"vigia.yaml:1: tags (!) are not supported"}},
    {"a key that is a list", "? [a, b]\n: c\n", {"vigia.yaml:1: a key must be a word"}},
    {"an escaped control character",
     "cameras:\n  - {name: \"ga\\nte\", url: \"file:a.mp4\"}\n",
     {"vigia.yaml:2: cameras.ga?te.name: 'ga?te' holds a control character; allowed: 1 to 60 letters, none "
      "of /\\@?&=<>|*\""}},
};

class WrongFileTest : public SettingsTest {};

TEST_F(WrongFileTest, EachIsRefusedWithItsLines) {
  for (const WrongFile& file : kWrongFiles) {
    SCOPED_TRACE(file.name);
    const LoadOutcome outcome = load_text(file.yaml);
    EXPECT_FALSE(outcome.settings);
    EXPECT_THAT(outcome.errors, ElementsAreArray(file.lines));
    EXPECT_THAT(outcome.warnings, IsEmpty());
  }
}

TEST_F(WrongFileTest, NoLineShowsASecretOrIsTwo) {
  for (const WrongFile& file : kWrongFiles) {
    for (const std::string& line : load_text(file.yaml).errors) {
      EXPECT_THAT(line, Not(HasSubstr("hunter2")));
      EXPECT_THAT(line, Not(HasSubstr("\n")));
    }
  }
}

TEST_F(WrongFileTest, TextThatIsNoTextIsRefusedByItsLine) {
  using namespace std::string_literals;
  EXPECT_THAT(load_text("memory:\n\0"s).errors,
              ElementsAre("vigia.yaml:2: holds a control character; settings are plain UTF-8 text"));
  for (const std::string& bad : {"\xE9"s, "\xC0\xAF"s, "\xED\xA0\x80"s, "\xF5\x80\x80\x80"s, "\xE2\x82"s}) {
    EXPECT_THAT(load_text("# ok: \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n# " + bad).errors,
                ElementsAre("vigia.yaml:2: is not UTF-8 text; save the file as UTF-8"));
  }
}

TEST_F(WrongFileTest, MissingOrUnreadableFilesAreNamed) {
  EXPECT_THAT(
      without_folder(load({path("nope.yaml"), {}, {}}).errors.at(0)),
      "nope.yaml: cannot open: No such file or directory; 'vigia check --defaults' prints one to begin with");
  std::filesystem::create_directory(path("folder.yaml"));
  EXPECT_THAT(without_folder(load({path("folder.yaml"), {}, {}}).errors.at(0)),
              "folder.yaml: is not a plain file");
}

TEST_F(WrongFileTest, AHugeFileIsNotRead) {
  const std::string large(static_cast<std::size_t>(kLargestFile) + 1, '#');
  EXPECT_THAT(load_text(large).errors, ElementsAre(HasSubstr("vigia.yaml: 524.3 kB is more than the")));
}

// Each fills the largest file that is read. Nothing is timed: one that takes too long fails by ctest's limit.
TEST_F(WrongFileTest, BombsAreRefused) {
  for (const char* part :
       {"[",   "{",   "- ",     "? ",     "[a,",    "{a: ",  "\"",          "'",   "&a ", "!a ",
        "*a ", "|\n", "- - ? ", "a\n",    "--- \n", "]",     "[?",          "[{",  "[:",  "-\n",
        ": ",  "{\n", "a:\n",   "\"\\\n", "[a, ",   "a: \n", "k: [[[[[[[[", "<<: "}) {
    SCOPED_TRACE(part);
    std::string text;
    while (text.size() + 16 < static_cast<std::size_t>(kLargestFile)) text += part;
    const LoadOutcome outcome = load_text(text);
    EXPECT_FALSE(outcome.settings);
    EXPECT_THAT(outcome.errors, Not(IsEmpty()));
    EXPECT_LE(outcome.errors.size(), Problems::kMostErrors + 1);
  }
}

TEST_F(WrongFileTest, BillionLaughsAreRefusedAtTheFirstAnchor) {
  std::string text = "a0: &a0 [lol, lol]\n";
  for (int i = 1; i < 30; ++i) text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
  EXPECT_THAT(load_text(text).errors, ElementsAre(HasSubstr("vigia.yaml:1: anchors and aliases")));
}

TEST_F(WrongFileTest, ErrorsEndSomewhere) {
  std::string text = "defaults:\n";
  for (int i = 0; i < 5000; ++i) text += "  key" + std::to_string(i) + ": 1\n";
  const auto errors = load_text(text).errors;
  ASSERT_EQ(errors.size(), Problems::kMostErrors + 1);
  EXPECT_THAT(errors.front(), HasSubstr("vigia.yaml:2: defaults.key0: unknown key"));
  EXPECT_EQ(errors.back(), "and more: only the first 100 are listed");
}

}  // namespace
}  // namespace vigia::settings

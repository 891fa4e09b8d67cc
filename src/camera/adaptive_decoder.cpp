#include "camera/adaptive_decoder.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/log.h"

namespace vigia::camera {
namespace {

constexpr std::array kHardware{DecoderKind::vaapi, DecoderKind::cuda};  // in the order of auto

// Nothing: none, or auto.
std::optional<DecoderKind> named_in(const CameraOptions& options) {
  for (const DecoderKind kind : kHardware) {
    if (options.hwaccel == to_string(kind)) return kind;
  }
  return std::nullopt;
}

// What the calling thread spends while it lives.
class Stopwatch {
 public:
  Stopwatch(DecodingHardware& hardware, ThreadCost& cost) : hardware_(hardware), cost_(cost) {}
  ~Stopwatch() {
    const ThreadCost now = hardware_.spent();
    cost_ = {.cpu = now.cpu - before_.cpu, .wall = now.wall - before_.wall};
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  DecodingHardware& hardware_;
  ThreadCost& cost_;
  const ThreadCost before_ = hardware_.spent();
};

}  // namespace

void AdaptiveDecoder::Retire::operator()(Decoder* last) const noexcept {
  last->restart();
  memory->retire(std::unique_ptr<memory::Retirable>(last));
}

Result<std::unique_ptr<AdaptiveDecoder>> AdaptiveDecoder::open(Setup setup, const PacketSource& source) {
  AvHandle<AVCodecParameters> codec(avcodec_parameters_alloc());
  if (!codec || avcodec_parameters_copy(codec.get(), &source.codec()) < 0) {
    return Error{ErrorCode::no_memory, "no memory for a decoder"};
  }
  std::unique_ptr<AdaptiveDecoder> made(  // NOLINT: the constructor is private
      new AdaptiveDecoder(std::move(setup), std::move(codec), source.time_base()));
  made->note_stream();
  const CameraOptions& options = made->setup_.options;
  const std::optional<DecoderKind> best =
      options.hwaccel == "auto" ? made->setup_.notes.best : named_in(options);
  const bool may_try = made->may_try();
  if (may_try && best && *best != DecoderKind::software) made->begin_on_hardware(*best);
  if (!made->main_) {
    auto software = made->open_software();
    if (!software) return software.error();
    made->use(*std::move(software));
    if (may_try && options.hwaccel == "auto" && !best && !made->begin_trial(kHardware.front())) {
      made->setup_.notes.not_before = made->setup_.clock.now() + kTryAgain;
    }
  }
  return made;
}

// What was learned holds for the codec and the size that it was learned of.
void AdaptiveDecoder::note_stream() {
  HardwareNotes& notes = setup_.notes;
  const domain::Size size{codec_->width, codec_->height};
  if (notes.codec != codec_->codec_id || notes.size != size) notes.best.reset();
  notes.codec = codec_->codec_id;
  notes.size = size;
}

bool AdaptiveDecoder::may_try() const {
  if (setup_.hardware == nullptr || setup_.options.hwaccel == "none") return false;
  return !setup_.notes.not_before || setup_.clock.now() >= *setup_.notes.not_before;
}

// auto looks for VAAPI's device first, so a device that is named is VAAPI's.
const std::string& AdaptiveDecoder::device_of(DecoderKind kind) const {
  static const std::string kFirst;
  const bool is_for_it = kind == DecoderKind::vaapi || setup_.options.hwaccel != "auto";
  return is_for_it ? setup_.options.hwaccel_device : kFirst;
}

Result<AdaptiveDecoder::Owned> AdaptiveDecoder::open_software() {
  auto decoder = Decoder::open(
      {*codec_, time_base_, setup_.decoded, setup_.counters, setup_.buffers_for_others, setup_.account});
  if (!decoder) return decoder.error();
  return Owned((*std::move(decoder)).release(), Retire{&setup_.memory});
}

Result<AdaptiveDecoder::Owned> AdaptiveDecoder::open_hardware(DecoderKind kind) {
  auto accelerator = setup_.hardware->open(kind, device_of(kind), codec_->codec_id);
  if (!accelerator) return accelerator.error();
  setup_.notes.device = (*accelerator)->device();
  auto decoder = Decoder::open({*codec_, time_base_, setup_.notes.downloaded, setup_.counters,
                                setup_.buffers_for_others, setup_.account, *std::move(accelerator)});
  if (!decoder) return decoder.error();
  return Owned((*std::move(decoder)).release(), Retire{&setup_.memory});
}

void AdaptiveDecoder::use(Owned decoder) {
  main_ = std::move(decoder);
  main_->count_into(setup_.counters);
  setup_.counters.decoder.store(main_->kind(), std::memory_order_relaxed);
}

void AdaptiveDecoder::begin_on_hardware(DecoderKind kind) {
  auto hardware = open_hardware(kind);
  if (hardware) return use(*std::move(hardware));
  fall_back(hardware.error().text);
}

// False: no hardware from `first` on can be opened.
bool AdaptiveDecoder::begin_trial(DecoderKind first) {
  std::string why;
  for (const DecoderKind kind : kHardware) {
    if (kind < first) continue;
    auto hardware = open_hardware(kind);
    if (!hardware) {
      why += (why.empty() ? "" : "; ") + hardware.error().text;
      continue;
    }
    rival_ = *std::move(hardware);
    rival_->count_into(unseen_);
    trial_ = HardwareTrial();
    return true;
  }
  if (!why.empty() && !std::exchange(setup_.notes.is_told, true)) {
    log::info("camera '{}': hwaccel auto: decoded on the CPU: {}", setup_.camera, why);
  }
  return false;
}

void AdaptiveDecoder::push(const AVPacket& packet, const PacketTimes& times) {
  if (rival_) return push_both(packet, times);
  main_->push(packet, times);
  const char* const why = main_->hardware_failure();
  if (why == nullptr) return;
  fall_back(std::string(to_string(main_->kind())) + ": " + why);
  if (main_->hardware_failure() == nullptr) main_->push(packet, times);  // a key frame is not lost
}

void AdaptiveDecoder::push_both(const AVPacket& packet, const PacketTimes& times) {
  ThreadCost cost;
  {
    const Stopwatch stopwatch(*setup_.hardware, cost);
    main_->push(packet, times);
  }
  trial_.software(cost);
  {
    const Stopwatch stopwatch(*setup_.hardware, cost);
    rival_->push(packet, times);
  }
  trial_.hardware(cost);
}

AVFrame* AdaptiveDecoder::next() {
  return rival_ ? next_of_both() : main_->next();
}

AVFrame* AdaptiveDecoder::next_of_both() {
  ThreadCost cost;
  AVFrame *software = nullptr, *hardware = nullptr;
  {
    const Stopwatch stopwatch(*setup_.hardware, cost);
    software = main_->next();
  }
  trial_.software(cost);
  {
    const Stopwatch stopwatch(*setup_.hardware, cost);
    hardware = rival_->next();
  }
  trial_.hardware(cost);
  const bool both = software != nullptr && hardware != nullptr &&
                    main_->times_of(*software).read_at == rival_->times_of(*hardware).read_at;
  if (both) {
    trial_.compare(*software, *hardware);
  } else if ((software != nullptr || hardware != nullptr) && !rival_->waiting()) {
    trial_.miss();
  }
  if (software == nullptr) settle_trial();
  return software;
}

// Between two packets, when neither has a picture left: both stand at the same place of the stream.
void AdaptiveDecoder::settle_trial() {
  if (const char* const why = rival_->hardware_failure()) return reject(why);
  switch (trial_.verdict()) {
    case HardwareTrial::Verdict::open:
      return;
    case HardwareTrial::Verdict::keep:
      log::info("camera '{}': decoded with {}: {}", setup_.camera, to_string(rival_->kind()),
                trial_.reason());
      setup_.notes.best = rival_->kind();
      use(std::exchange(rival_, Owned(nullptr, Retire{&setup_.memory})));
      setup_.decoded.release();
      return;
    default:
      return reject(trial_.reason());
  }
}

void AdaptiveDecoder::reject(const std::string& why) {
  const DecoderKind kind = rival_->kind();
  log::info("camera '{}': {} is not used: {}", setup_.camera, to_string(kind), why);
  rival_.reset();
  setup_.notes.device.reset();
  const bool has_next = kind != kHardware.back();
  if (has_next && begin_trial(kHardware.back())) return;
  setup_.notes.best = DecoderKind::software;
  setup_.notes.downloaded.release();
}

// REQUIRES: main_ is hardware's, or nothing.
void AdaptiveDecoder::fall_back(const std::string& why) {
  count(setup_.counters.hwaccel_fallbacks);
  HardwareNotes& notes = setup_.notes;
  notes.not_before = setup_.clock.now() + kTryAgain;
  notes.best.reset();
  notes.device.reset();
  log::warn(
      "camera '{}': hwaccel: {}; it is decoded on the CPU, and the hardware is not tried again for {} min",
      setup_.camera, why, kTryAgain.count());
  if (!main_) return;
  auto software = open_software();
  if (!software) return log::error("camera '{}': {}", setup_.camera, software.error().text);
  use(*std::move(software));
  notes.downloaded.release();
}

void AdaptiveDecoder::finish() noexcept {
  main_->finish();
  if (rival_) rival_->finish();
}

void AdaptiveDecoder::restart() noexcept {
  main_->restart();
  if (rival_) rival_->restart();
}

int AdaptiveDecoder::free_buffers() const noexcept {
  return main_->kind() == DecoderKind::software ? setup_.decoded.free_buffers()
                                                : setup_.notes.downloaded.free_buffers();
}

}  // namespace vigia::camera

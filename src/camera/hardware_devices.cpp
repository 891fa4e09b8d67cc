#include "camera/hardware_devices.h"

extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>
}

#include <dirent.h>
#include <unistd.h>

#include <optional>
#include <string_view>

#include "camera/av_setup.h"
#include "camera/decoder.h"
#include "memory/retirable.h"

namespace vigia::camera {

struct HardwareDevices::Device final : memory::Retirable {
  explicit Device(AVBufferRef* made) noexcept : Retirable(0), context(made) {}
  ~Device() noexcept override { av_buffer_unref(&context); }
  AVBufferRef* context;
};

namespace {

AVHWDeviceType type_of(DecoderKind kind) {
  return kind == DecoderKind::cuda ? AV_HWDEVICE_TYPE_CUDA : AV_HWDEVICE_TYPE_VAAPI;
}

// What people call it.
std::string_view name_of(DecoderKind kind) {
  return kind == DecoderKind::cuda ? "CUDA" : "VAAPI";
}

// Surfaces that are downloaded while the decoder has all of its own in use.
constexpr int kSurfacesForUs = 2;

AVPixelFormat surface_format(AVCodecID id, DecoderKind kind) {
  const AVCodec* const codec = find_decoder(id, true);
  for (int i = 0; codec != nullptr; ++i) {
    const AVCodecHWConfig* const config = avcodec_get_hw_config(codec, i);
    if (config == nullptr) break;
    if ((config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0 &&
        config->device_type == type_of(kind)) {
      return config->pix_fmt;
    }
  }
  return AV_PIX_FMT_NONE;
}

// The first of the kernel's nodes for decoding; empty: there is none.
std::string first_render_node() {
  std::string first;
  DIR* const folder = ::opendir("/dev/dri");
  if (folder == nullptr) return first;
  while (const dirent* const entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (name.starts_with("renderD") && (first.empty() || "/dev/dri/" + name < first)) {
      first = "/dev/dri/" + name;
    }
  }
  ::closedir(folder);
  return first;
}

std::string advice_on_vaapi(const std::string& device) {
  const std::string node = device.empty() ? first_render_node() : device;
  if (node.empty())
    return "this machine (or container) has no /dev/dri/renderD*: no GPU, or it is not shared";
  if (::access(node.c_str(), F_OK) != 0) return "there is no " + node;
  if (::access(node.c_str(), R_OK | W_OK) != 0) {
    return "this user may not use " + node + ": add it to the group that owns it (render, or video)";
  }
  return "install its driver (intel-media-va-driver or mesa-va-drivers); 'vainfo --display drm' must work";
}

std::string advice_on_cuda() {
  if (::access("/dev/nvidiactl", F_OK) != 0) {
    return "this machine (or container) has no NVIDIA device: no GPU, no driver, or it is not shared";
  }
  return "install the driver's decoding library (libnvcuvid1, libcuda1; in a container "
         "NVIDIA_DRIVER_CAPABILITIES=video,compute); 'nvidia-smi' must work";
}

class StreamOnDevice final : public Accelerator {
 public:
  StreamOnDevice(DecoderKind kind, AVPixelFormat surface, std::shared_ptr<HardwareDevices::Device> device)
      : kind_(kind), surface_(surface), device_(std::move(device)) {}

  [[nodiscard]] DecoderKind kind() const noexcept override { return kind_; }
  [[nodiscard]] std::shared_ptr<const void> device() const noexcept override { return device_; }
  Status attach(AVCodecContext& context) override {
    context.hw_device_ctx = av_buffer_ref(device_->context);
    if (context.hw_device_ctx == nullptr) return Error{ErrorCode::no_memory, "no memory for a decoder"};
    context.extra_hw_frames = kSurfacesForUs;
    return ok_status();
  }
  [[nodiscard]] AVPixelFormat choose(const AVPixelFormat* offered) const noexcept override {
    while (*offered != AV_PIX_FMT_NONE && *offered != surface_) ++offered;
    return *offered;
  }
  [[nodiscard]] AVPixelFormat memory_format(const AVFrame& surface) const noexcept override {
    return memory_format_of(surface);
  }
  int download(const AVFrame& surface, AVFrame& to) noexcept override {
    return download_surface(surface, to);
  }

 private:
  const DecoderKind kind_;
  const AVPixelFormat surface_;
  const std::shared_ptr<HardwareDevices::Device> device_;
};

}  // namespace

AVPixelFormat memory_format_of(const AVFrame& surface) noexcept {
  if (surface.hw_frames_ctx == nullptr) return AV_PIX_FMT_NONE;
  return reinterpret_cast<const AVHWFramesContext*>(surface.hw_frames_ctx->data)->sw_format;
}

int download_surface(const AVFrame& surface, AVFrame& to) noexcept {
  return av_hwframe_transfer_data(&to, &surface, 0);
}

Result<std::unique_ptr<Accelerator>> HardwareDevices::open(DecoderKind kind, const std::string& device,
                                                           AVCodecID codec) {
  const AVPixelFormat surface = surface_format(codec, kind);
  if (surface == AV_PIX_FMT_NONE) {
    return Error{ErrorCode::not_found,
                 std::string(name_of(kind)) + " does not decode the codec '" + avcodec_get_name(codec) + "'"};
  }
  auto shared = share({kind, device});
  if (!shared) return shared.error();
  return std::unique_ptr<Accelerator>(std::make_unique<StreamOnDevice>(kind, surface, *std::move(shared)));
}

Result<std::shared_ptr<HardwareDevices::Device>> HardwareDevices::share(const Name& name) {
  {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    MutexLock lock(mutex_);
    Place& place = places_[name];
    while (place.is_opening) {
      const Nanoseconds left = give_up - std::chrono::steady_clock::now();
      if (left <= Nanoseconds::zero()) {
        return Error{ErrorCode::unavailable, std::string(name_of(name.first)) + " does not open its device"};
      }
      static_cast<void>(opened_.wait_for(lock, {}, left));
    }
    if (auto device = place.device.lock()) return device;
    if (place.failure && clock_.now() - place.failed_at < kTryAgain) return *place.failure;
    place.is_opening = true;
  }
  auto made = create(name);  // not under the lock: it takes long
  {
    MutexLock lock(mutex_);
    Place& place = places_[name];
    place.is_opening = false;
    place.failure.reset();
    if (made) {
      place.device = *made;
    } else {
      place.failure = made.error();
      place.failed_at = clock_.now();
    }
  }
  opened_.notify_all();
  return made;
}

Result<std::shared_ptr<HardwareDevices::Device>> HardwareDevices::create(const Name& name) {
  set_up_ffmpeg();
  const auto& [kind, device] = name;
  AvOptions options;
  if (kind == DecoderKind::vaapi) options.set("connection_type", "drm");  // not through an X server
  AVBufferRef* context = nullptr;
  const int code = av_hwdevice_ctx_create(&context, type_of(kind), device.empty() ? nullptr : device.c_str(),
                                          *options.get(), 0);
  if (code >= 0) return memory_.share(std::make_unique<Device>(context));
  const std::string advice = kind == DecoderKind::cuda ? advice_on_cuda() : advice_on_vaapi(device);
  return Error{ErrorCode::not_found, std::string(name_of(kind)) + " cannot open its device" +
                                         (device.empty() ? "" : " '" + device + "'") + ": " + advice};
}

}  // namespace vigia::camera

#include "camera/device_access.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vigia::camera {
namespace {

// Its major version has been libavformat's since FFmpeg 4.
const std::string& library_name() {
  static const std::string name = "libavdevice.so." + std::to_string(LIBAVFORMAT_VERSION_MAJOR);
  return name;
}

// False: it is not installed. It stays loaded, since FFmpeg keeps what it registers.
bool load_devices() {
  void* const library = ::dlopen(library_name().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  const auto register_all = reinterpret_cast<void (*)()>(::dlsym(library, "avdevice_register_all"));
  if (register_all == nullptr) return false;
  register_all();
  return true;
}

Refusal missing(const std::string& path) {
  return {ErrorCode::not_found, "there is no " + path + ": plug the camera in, or look for its name in /dev"};
}

Refusal forbidden(const std::string& path) {
  return {ErrorCode::refused,
          "this user may not open " + path +
              ": add it to the group video (usermod -aG video USER), and start Vigia anew"};
}

Refusal no_camera(const std::string& path) {
  return {ErrorCode::io, path + " is no camera; 'v4l2-ctl --list-devices' lists them"};
}

}  // namespace

Result<const AVInputFormat*> find_device_format(const CameraOptions& options) {
  if (!options.ffmpeg_format.empty()) {
    return Error{
        ErrorCode::invalid,
        "ffmpeg_format: cannot be set for v4l2:; what the camera is to send is said with ffmpeg_params: "
        "[input_format=mjpeg]"};
  }
  static const bool loaded = load_devices();
  const AVInputFormat* const format = loaded ? av_find_input_format("v4l2") : nullptr;
  if (format != nullptr) return format;
  return Error{ErrorCode::unavailable, "cameras of this machine need FFmpeg's " + library_name() +
                                           ": install the package libavdevice" +
                                           std::to_string(LIBAVFORMAT_VERSION_MAJOR) +
                                           ", and start Vigia anew"};
}

Status check_device(const std::string& path) {
  const auto cannot = [&path](const Refusal& why) {
    return Error{why.code, "cannot open v4l2:" + path + ": " + why.text};
  };
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return cannot(explain_device(AVERROR(errno), path));
  if (!S_ISCHR(about.st_mode)) return cannot(no_camera(path));  // a pipe, say, would not be left again
  if (::access(path.c_str(), R_OK | W_OK) != 0) return cannot(forbidden(path));
  return ok_status();
}

Refusal explain_device(int code, const std::string& path) {
  switch (code) {
    case AVERROR(ENOENT):
      return missing(path);
    case AVERROR(EACCES):
    case AVERROR(EPERM):
      return forbidden(path);
    case AVERROR(EBUSY):
      return {ErrorCode::unavailable, "another program uses " + path + ": end it, or take another camera"};
    case AVERROR(ENOTTY):
      return no_camera(path);
    case AVERROR(EINVAL):
      return {ErrorCode::io, path +
                                 " does not send so: 'v4l2-ctl --list-formats-ext' says which video_size, "
                                 "framerate and input_format (ffmpeg_params) it has"};
    case AVERROR(ENODEV):
    case AVERROR(ENXIO):
    case AVERROR(EIO):
      return {ErrorCode::io, path + " was unplugged, or its driver has failed"};
    default:
      return {ErrorCode::io, av_error_text(code)};
  }
}

}  // namespace vigia::camera

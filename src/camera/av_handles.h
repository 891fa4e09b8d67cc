// Owning handles for FFmpeg's objects: each frees what it holds. Move-only, noexcept.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libswscale/swscale.h>
}

#include <array>
#include <memory>
#include <string>

namespace vigia::camera {

struct AvDelete {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
  void operator()(AVCodecParameters* codec) const noexcept { avcodec_parameters_free(&codec); }
  void operator()(AVCodecParserContext* parser) const noexcept { av_parser_close(parser); }
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};

template <class T>
using AvHandle = std::unique_ptr<T, AvDelete>;

class AvOptions {
 public:
  AvOptions() = default;
  ~AvOptions() { av_dict_free(&options_); }
  AvOptions(const AvOptions&) = delete;
  AvOptions& operator=(const AvOptions&) = delete;

  void set(const char* key, const char* value) { av_dict_set(&options_, key, value, 0); }
  void set_number(const char* key, std::int64_t value) { av_dict_set_int(&options_, key, value, 0); }
  // For FFmpeg's open functions, which leave unknown options inside.
  [[nodiscard]] AVDictionary** get() noexcept { return &options_; }
  [[nodiscard]] bool holds(const char* key) const noexcept {
    return av_dict_get(options_, key, nullptr, AV_DICT_MATCH_CASE) != nullptr;
  }

 private:
  AVDictionary* options_ = nullptr;
};

// FFmpeg's own text for one of its error codes.
inline std::string av_error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  return av_make_error_string(text.data(), text.size(), code);
}

}  // namespace vigia::camera

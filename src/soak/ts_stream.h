// The stream for one viewer of a live camera: a loop, from the present moment on, as MPEG-TS whose time
// continues over the loop's end and over a change of the loop. Threads: one thread at a time. Cost: some
// microseconds a packet.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "soak/loop.h"

namespace vigia::soak {

class TsStream {
 public:
  // Begins with the first key frame at `from` or later; `from` is the time since the camera was switched on,
  // when its loop began for the first time.
  static Result<std::unique_ptr<TsStream>> start(std::shared_ptr<const Loop> loop, Nanoseconds from);
  ~TsStream();
  TsStream(const TsStream&) = delete;
  TsStream& operator=(const TsStream&) = delete;

  // When the next packet is due, since the camera was switched on.
  [[nodiscard]] Nanoseconds due() const;
  // Returns that packet as transport stream, and advances to the one after it. Error: io.
  Result<std::string> next();

  // Skips to the first key frame at that moment or later; never goes back.
  void skip_to(Nanoseconds from);
  // Continues with that loop, from its next key frame on. False, and nothing happens, if it is of another
  // codec: a transport stream has only one.
  bool change_to(const std::shared_ptr<const Loop>& loop);
  [[nodiscard]] const Loop& loop() const { return *loop_; }

 private:
  struct FreeMuxer {
    void operator()(AVFormatContext* muxer) const noexcept;
  };

  TsStream(std::shared_ptr<const Loop> loop, Nanoseconds from);
  Status open();
  [[nodiscard]] std::int64_t stamp() const;
  static int take(void* self, std::uint8_t* data, int size);

  std::shared_ptr<const Loop> loop_;
  std::int64_t round_ = 0;  // how often the loop has been shown
  std::size_t index_ = 0;   // of the next packet

  std::string bytes_;  // made and not handed out yet
  std::unique_ptr<AVFormatContext, FreeMuxer> muxer_;
  camera::AvHandle<AVPacket> packet_;
};

}  // namespace vigia::soak

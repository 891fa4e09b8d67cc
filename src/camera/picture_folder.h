// A folder of pictures as a recording: file:DIR/, with the slash (every file in it), or a pattern
// (file:DIR/*.jpg), in the order of their names, snapshot_interval apart. All are of the first one's kind
// (JPEG, PNG, ...). What cannot be read, or is of another kind, counts as a soft error. The folder is read
// anew at each repetition.
//
// Cost: each file is opened, and looked into, as any recording is. Threads: owner thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "camera/camera_options.h"
#include "camera/packet_source.h"
#include "camera/source_url.h"

namespace vigia::camera {

class PictureFolder final : public PacketSource {
 public:
  // A path that ends with a slash, or a pattern that is no file's name.
  static bool is_one(const SourceUrl& source);
  // Errors: not_found (nothing matches), io (there is no picture in it), cancelled.
  static Result<std::unique_ptr<PacketSource>> open(const SourceUrl& source, const CameraOptions& options,
                                                    const std::stop_token& stop);

  [[nodiscard]] const AVCodecParameters& codec() const override { return first_->codec(); }
  [[nodiscard]] AVRational time_base() const override;
  [[nodiscard]] bool live() const override { return false; }
  Status read(AVPacket& packet, const std::stop_token& stop) override;
  Status rewind() override;

 private:
  PictureFolder(SourceUrl source, const CameraOptions& options)
      : source_(std::move(source)), options_(options) {}
  Status list();
  Result<std::unique_ptr<PacketSource>> open_file(const std::string& path, const std::stop_token& stop) const;
  Status read_file(const std::string& path, AVPacket& packet, const std::stop_token& stop) const;

  // Constant after construction.
  const SourceUrl source_;
  const CameraOptions options_;

  std::vector<std::string> paths_;
  std::size_t next_ = 0;
  std::unique_ptr<PacketSource> first_;  // knows the kind of all
};

}  // namespace vigia::camera

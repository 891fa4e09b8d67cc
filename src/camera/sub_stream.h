// The small stream that a camera sends beside its main one, by the forms of address of makers that number
// their streams. Threads: a pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigia::camera {

// Nothing: the url has none of the known forms, or is that of a small stream itself. Logins and other
// parameters stay as they are. The forms:
//   Hikvision   /Streaming/Channels/101              -> 102; after /ISAPI, too; recorders: 1601 -> 1602
//               /h264/ch1/main/av_stream             -> sub
//   Dahua       /cam/realmonitor?channel=1&subtype=0 -> subtype=1
//   Reolink     /h264Preview_01_main, /Preview_01_main -> _sub
//   Uniview     /media/video1                        -> video2
//   TP-Link     /stream1                             -> /stream2
std::optional<std::string> sub_stream_of(std::string_view url);

}  // namespace vigia::camera

#include "testing/onvif_replies.h"

#include <array>
#include <regex>

namespace vigia::testing {
namespace {

constexpr std::string_view kTime =
    R"(<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>
<tt:TimeZone><tt:TZ>CST-8:00:00</tt:TZ></tt:TimeZone>
<tt:UTCDateTime><tt:Time><tt:Hour>{HOUR}</tt:Hour><tt:Minute>{MINUTE}</tt:Minute><tt:Second>{SECOND}</tt:Second></tt:Time>
<tt:Date><tt:Year>{YEAR}</tt:Year><tt:Month>{MONTH}</tt:Month><tt:Day>{DAY}</tt:Day></tt:Date></tt:UTCDateTime>
<tt:LocalDateTime><tt:Time><tt:Hour>1</tt:Hour><tt:Minute>2</tt:Minute><tt:Second>3</tt:Second></tt:Time>
<tt:Date><tt:Year>2001</tt:Year><tt:Month>1</tt:Month><tt:Day>1</tt:Day></tt:Date></tt:LocalDateTime>)";

std::string response(std::string_view service, const std::string& operation, std::string_view content) {
  std::string text = "<";
  text.append(service).append(":").append(operation).append("Response>").append(content);
  return text.append("</").append(service).append(":").append(operation).append("Response>");
}

std::string video(std::string_view token, std::string_view name, std::string_view source,
                  std::string_view rest) {
  std::string text = R"(<trt:Profiles token=")";
  text.append(token).append(R"(" fixed="true"><tt:Name>)").append(name).append("</tt:Name>");
  text.append(
      R"(<tt:VideoSourceConfiguration token="VideoSourceToken"><tt:Name>VideoSourceConfig</tt:Name>)");
  text.append("<tt:UseCount>3</tt:UseCount><tt:SourceToken>").append(source).append("</tt:SourceToken>");
  text.append(
      R"(<tt:Bounds x="0" y="0" width="2688" height="1520"></tt:Bounds></tt:VideoSourceConfiguration>)");
  return text.append(rest).append("</trt:Profiles>");
}

std::string encoder(std::string_view codec, int width, int height, int fps) {
  std::string text =
      R"(<tt:VideoEncoderConfiguration token="Encoder" encoding="H264"><tt:Name>E</tt:Name><tt:Encoding>)";
  text.append(codec).append("</tt:Encoding><tt:Resolution><tt:Width>").append(std::to_string(width));
  text.append("</tt:Width><tt:Height>").append(std::to_string(height)).append("</tt:Height></tt:Resolution>");
  text.append("<tt:Quality>3.000000</tt:Quality><tt:RateControl><tt:FrameRateLimit>")
      .append(std::to_string(fps));
  return text.append(
      "</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096"
      "</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration>");
}

std::string token_in(const std::string& body) {
  std::smatch found;
  std::regex_search(body, found, std::regex("ProfileToken>([^<]*)<"));
  return found.size() > 1 ? found[1].str() : std::string();
}

std::string stream_uri(const std::string& uri) {
  return response(
      "trt", "GetStreamUri",
      "<trt:MediaUri><tt:Uri>" + uri +
          "</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false"
          "</tt:InvalidAfterReboot><tt:Timeout>PT60S</tt:Timeout></trt:MediaUri>");
}

std::string information(std::string_view content) {
  return response("tds", "GetDeviceInformation", content);
}

std::string services(std::string_view media, std::string_view media2) {
  std::string text =
      "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace><tds:XAddr>"
      "http://{HOST}:{PORT}/onvif/device_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60"
      "</tt:Minor></tds:Version></tds:Service>";
  const auto add = [&text](std::string_view space, std::string_view xaddr) {
    if (xaddr.empty()) return;
    text.append("<tds:Service><tds:Namespace>")
        .append(space)
        .append("</tds:Namespace><tds:XAddr>")
        .append(xaddr);
    text.append("</tds:XAddr></tds:Service>");
  };
  add("http://www.onvif.org/ver10/events/wsdl", "http://{HOST}:{PORT}/onvif/Events");
  add("http://www.onvif.org/ver10/media/wsdl", media);
  add("http://www.onvif.org/ver20/media/wsdl", media2);
  return response("tds", "GetServices", text);
}

std::string time_reply() {
  return response("tds", "GetSystemDateAndTime",
                  "<tds:SystemDateAndTime>" + std::string(kTime) + "</tds:SystemDateAndTime>");
}

std::string hikvision(const std::string& operation, const std::string& body) {
  if (operation == "GetSystemDateAndTime") return time_reply();
  if (operation == "GetDeviceInformation") {
    return information(
        "<tds:Manufacturer>HIKVISION</tds:Manufacturer><tds:Model>DS-2CD2143G2-I</"
        "tds:Model><tds:FirmwareVersion>"
        "V5.7.3 build "
        "220112</tds:FirmwareVersion><tds:SerialNumber>DS-2CD2143G2-I20220112AAWRJ1</tds:SerialNumber>"
        "<tds:HardwareId>88</tds:HardwareId>");
  }
  if (operation == "GetServices") {
    return services("http://{HOST}:{PORT}/onvif/Media", "http://{HOST}:{PORT}/onvif/Media2");
  }
  if (operation == "GetProfiles") {
    return response("trt", operation,
                    video("Profile_3", "thirdStream", "VideoSource_1", encoder("JPEG", 1280, 720, 5)) +
                        video("Profile_2", "subStream", "VideoSource_1", encoder("H264", 640, 360, 15)) +
                        video("Profile_1", "mainStream", "VideoSource_1", encoder("H264", 2688, 1520, 20)) +
                        video("Profile_4", "audio only", "VideoSource_1", ""));
  }
  if (operation == "GetStreamUri") {
    const std::string channel = token_in(body) == "Profile_1" ? "101" : "102";
    return stream_uri("rtsp://{HOST}:554/Streaming/Channels/" + channel +
                      "?transportmode=unicast&amp;profile=" + token_in(body));
  }
  return {};
}

std::string dahua(const std::string& operation, const std::string& body) {
  if (operation == "GetSystemDateAndTime") return time_reply();
  if (operation == "GetDeviceInformation") {
    return information(
        "<tds:Manufacturer>Dahua</tds:Manufacturer><tds:Model>IPC-HFW2431S-S-S2</tds:Model>"
        "<tds:FirmwareVersion>2.800.0000000.31.R, Build Date 2021-03-01</tds:FirmwareVersion>"
        "<tds:SerialNumber>6G0\r\n  evil: true\x1B[2J</tds:SerialNumber>"
        "<tds:HardwareId>1.00</tds:HardwareId>");
  }
  if (operation == "GetServices") return services("http://192.168.1.108/onvif/media_service", "");
  if (operation == "GetProfiles") {
    return response("trt", operation,
                    video("MediaProfile00000", "MediaProfile_Channel1_MainStream", "00000",
                          encoder("H264", 2560, 1440, 25)) +
                        video("MediaProfile00001", "MediaProfile_Channel1_SubStream1", "00000",
                              encoder("H264", 704, 576, 25)));
  }
  if (operation == "GetStreamUri") {
    const std::string sub = token_in(body) == "MediaProfile00001" ? "1" : "0";
    return stream_uri("rtsp://192.168.1.108:554/cam/realmonitor?channel=1&amp;subtype=" + sub +
                      "&amp;unicast=true&amp;proto=Onvif");
  }
  return {};
}

std::string axis(const std::string& operation, const std::string& body) {
  if (operation == "GetSystemDateAndTime") return time_reply();
  if (operation == "GetDeviceInformation") {
    return information(
        "<tds:Manufacturer>AXIS</tds:Manufacturer><tds:Model>P3245-LV</tds:Model><tds:FirmwareVersion>"
        "10.12.114</tds:FirmwareVersion><tds:SerialNumber>ACCC8E000000</tds:SerialNumber>");
  }
  if (operation == "GetServices") return services("http://{HOST}:{PORT}/onvif/services", "");
  if (operation == "GetProfiles") {
    return response("trt", operation,
                    video("profile_1_h264", "profile_1 h264", "0", encoder("H264", 1920, 1080, 30)));
  }
  if (operation == "GetStreamUri") {
    return stream_uri("rtsp://{HOST}/onvif-media/media.amp?profile=" + token_in(body) +
                      "&amp;sessiontimeout=60&amp;streamtype=unicast");
  }
  return {};
}

// No prefixes, and only what ONVIF 1 had.
std::string clone(const std::string& operation, const std::string& body) {
  std::string text;
  if (operation == "GetSystemDateAndTime") {
    text = time_reply();
  } else if (operation == "GetDeviceInformation") {
    text = information("<tds:Manufacturer>H264</tds:Manufacturer><tds:Model>XM530_50X50</tds:Model>");
  } else if (operation == "GetCapabilities") {
    text = response(
        "tds", operation,
        "<tds:Capabilities><tt:Analytics></tt:Analytics><tt:Media><tt:XAddr>http://0.0.0.0:8899/onvif/Media"
        "</tt:XAddr><tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>"
        "</tt:StreamingCapabilities></tt:Media></tds:Capabilities>");
  } else if (operation == "GetProfiles") {
    text = response("trt", operation,
                    video("000", "PROFILE_000", "000", encoder("H264", 1920, 1080, 20)) +
                        video("001", "PROFILE_001", "000", encoder("H264", 352, 288, 20)));
  } else if (operation == "GetStreamUri") {
    const std::string stream = token_in(body) == "001" ? "1" : "0";
    text =
        stream_uri("rtsp://0.0.0.0:554/user=admin&amp;password=tlJwpbo6&amp;channel=1&amp;stream=" + stream +
                   ".sdp?real_stream");
  }
  return std::regex_replace(text, std::regex("(</?)(tds|trt|tt):"), "$1");
}

std::string media2(const std::string& operation, const std::string& body) {
  if (operation == "GetSystemDateAndTime") return time_reply();
  if (operation == "GetDeviceInformation") {
    return information("<tds:Manufacturer>Bosch</tds:Manufacturer><tds:Model>FLEXIDOME IP 5100i</tds:Model>");
  }
  if (operation == "GetServices") return services("", "http://{HOST}:{PORT}/onvif/media2");
  const std::string configuration =
      R"(<tr2:Configurations><tr2:VideoSource token="1"><tt:SourceToken>1</tt:SourceToken></tr2:VideoSource>)"
      R"(<tr2:VideoEncoder token="1" GovLength="60"><tt:Encoding>H265</tt:Encoding><tt:Resolution><tt:Width>)";
  const std::string rest =
      "</tt:Height></tt:Resolution><tt:RateControl "
      "ConstantBitRate=\"false\"><tt:FrameRateLimit>12.5</tt:FrameRateLimit>"
      "<tt:BitrateLimit>8000</tt:BitrateLimit></tt:RateControl></tr2:VideoEncoder></tr2:Configurations></"
      "tr2:Profiles>";
  if (operation == "GetProfiles") {
    return "<tr2:GetProfilesResponse><tr2:Profiles token=\"0\" fixed=\"true\"><tr2:Name>Main</tr2:Name>" +
           configuration + "3072</tt:Width><tt:Height>1728" + rest + "</tr2:GetProfilesResponse>";
  }
  if (operation == "GetStreamUri" && body.find("StreamSetup") == std::string::npos) {
    return "<tr2:GetStreamUriResponse><tr2:Uri>rtsp://{HOST}/rtsp_tunnel?p=0&amp;h26x=4&amp;vcd=2</tr2:Uri>"
           "</tr2:GetStreamUriResponse>";
  }
  return {};
}

std::string recorder(const std::string& operation, const std::string& body) {
  if (operation == "GetProfiles") {
    std::string profiles;
    for (const char channel : {'1', '2', '3', '4'}) {
      const std::string source = std::string("VideoSource_") + channel;
      profiles += video(std::string("ProfileToken00") + channel, "MainStream", source,
                        encoder("H264", 1920, 1080, 25));
      profiles +=
          video(std::string("ProfileToken01") + channel, "SubStream", source, encoder("H264", 640, 480, 10));
    }
    return response("trt", operation, profiles);
  }
  if (operation == "GetStreamUri") {
    const std::string token = token_in(body);
    if (token.empty() || token.back() == '3') return {};
    return stream_uri("rtsp://{HOST}:554/Streaming/Unicast/channels/" + token.substr(token.size() - 1) +
                      (token.find("01") == 12 ? "02" : "01"));
  }
  return hikvision(operation, body);
}

constexpr std::string_view kSpaces =
    R"( xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl")"
    R"( xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema")"
    R"( xmlns:ter="http://www.onvif.org/ver10/error" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing")"
    R"( xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl")";

// The prefix of SOAP's own elements.
std::string_view soap_prefix(OnvifMake make) {
  switch (make) {
    case OnvifMake::hikvision:
    case OnvifMake::recorder:
      return "env";
    case OnvifMake::axis:
      return "SOAP-ENV";
    case OnvifMake::clone:
      return "";
    default:
      return "s";
  }
}

std::string envelope(OnvifMake make, const std::string& content, const std::string& header = {}) {
  const std::string_view name = soap_prefix(make);
  const std::string colon = name.empty() ? "" : std::string(name) + ":";
  std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                     "\r\n<" +
                     colon + "Envelope xmlns";
  if (!name.empty()) text.append(":").append(name);
  text.append(R"(="http://www.w3.org/2003/05/soap-envelope")").append(kSpaces).append(">");
  text += "<" + colon + "Header>" + header + "</" + colon + "Header><" + colon + "Body>" + content;
  return text + "</" + colon + "Body></" + colon + "Envelope>";
}

}  // namespace

std::string onvif_reply(OnvifMake make, const std::string& operation, const std::string& body) {
  constexpr std::array kMakes{&hikvision, &dahua, &axis, &clone, &media2, &recorder};
  const std::string content = kMakes.at(static_cast<std::size_t>(make))(operation, body);
  return content.empty() ? content : envelope(make, content);
}

std::string onvif_fault(OnvifMake make, bool login) {
  const std::string_view name = soap_prefix(make);
  const std::string colon = name.empty() ? "" : std::string(name) + ":";
  const std::string code = login ? "ter:NotAuthorized" : "ter:ActionNotSupported";
  const std::string reason = login ? "Sender not Authorized" : "Optional Action Not Implemented";
  return envelope(make, "<" + colon + "Fault><" + colon + "Code><" + colon + "Value>" + colon + "Sender</" +
                            colon + "Value><" + colon + "Subcode><" + colon + "Value>" + code + "</" + colon +
                            "Value></" + colon + "Subcode></" + colon + "Code><" + colon + "Reason><" +
                            colon + "Text xml:lang=\"en\">" + reason + "</" + colon + "Text></" + colon +
                            "Reason></" + colon + "Fault>");
}

std::string onvif_probe_match(OnvifMake make, const std::string& endpoint, const std::string& name) {
  std::string xaddrs = "http://{HOST}:{PORT}/onvif/device_service";
  if (make == OnvifMake::hikvision) {
    xaddrs = "http://[fe80::aabb:ccff:fedd:1]/onvif/device_service http://169.254.3.4/onvif/device_service " +
             xaddrs;
  }
  // An address that it had before.
  if (make == OnvifMake::dahua) xaddrs = "http://192.168.1.108:{PORT}/onvif/device_service";
  return envelope(make,
                  "<d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>" + endpoint +
                      "</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter "
                      "tds:Device</d:Types><d:Scopes>\n"
                      "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming\n"
                      "onvif://www.onvif.org/name/" +
                      name + " onvif://www.onvif.org/location/country/china</d:Scopes><d:XAddrs>" + xaddrs +
                      "</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>",
                  "<wsa:MessageID>uuid:1419d68a-1dd2-11b2-a105-000000000000</"
                  "wsa:MessageID><wsa:RelatesTo>{ID}</wsa:RelatesTo>"
                  "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>");
}

}  // namespace vigia::testing

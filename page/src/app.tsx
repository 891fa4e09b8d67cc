import {messages} from "./i18n";
import {exact_text} from "./logic/format";
import {link} from "./state/link";
import {status} from "./state/store";
import {Cameras} from "./views/cameras";
import {CameraDialog} from "./views/camera_dialog";
import {Moment} from "./views/common";
import {Headroom} from "./views/headroom";
import {Login} from "./views/login";
import {ReceiversView} from "./views/receivers";
import {Shots} from "./views/shots";
import {Banner, Head} from "./views/top";

function Foot() {
  const m = messages.value;
  const value = status.value;
  if (value === null) return null;
  return (
    <footer class="foot">
      Vigia {value.version} · <span title={exact_text(value.started)}>{m.up_since("")}</span>
      <Moment iso={value.started} />
    </footer>
  );
}

export function App() {
  if (link.value === "login") {
    return (
      <>
        <Head />
        <Login />
      </>
    );
  }
  return (
    <div class="whole">
      <Head />
      <Banner />
      <main>
        <Cameras />
        <Shots />
        <ReceiversView />
        <Headroom />
      </main>
      <Foot />
      <CameraDialog />
    </div>
  );
}

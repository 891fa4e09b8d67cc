// Asks for the token where the server wants one.

import {useState} from "preact/hooks";
import {ApiError, post} from "../api/client";
import {messages} from "../i18n";
import {connect, session} from "../state/link";

export function Login() {
  const m = messages.value;
  const [token, set_token] = useState("");
  const [error, set_error] = useState("");
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await post("/api/v1/login", {token});
      session.value = {login_required: true, logged_in: true};
      connect();
    } catch (failure) {
      const wrong = failure instanceof ApiError && failure.status === 401;
      set_error(wrong ? m.login_wrong : String((failure as Error).message));
    }
  };
  return (
    <main class="login">
      <form class="card" onSubmit={(event) => void send(event)}>
        <h2>{m.login}</h2>
        <p>{m.login_why}</p>
        <label class="field column">
          <span>{m.login_token}</span>
          <input
            type="password"
            autoComplete="current-password"
            value={token}
            required
            aria-describedby="login-where login-error"
            onInput={(event) => set_token(event.currentTarget.value)}
          />
        </label>
        <p class="remark" id="login-where">
          {m.login_where}
        </p>
        <p class="login-error" id="login-error" role="alert">
          {error}
        </p>
        <button type="submit" class="primary">
          {m.login}
        </button>
      </form>
    </main>
  );
}

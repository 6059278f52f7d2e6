export interface BrowserLaunch {
  browserDir: string;
  headless: boolean;
  /** Chromium's sandbox cannot run as root; for every other user it stays. */
  isRoot: boolean;
  title: string;
  width: number;
  height: number;
  /** Tests only: a port that a second debugger (Playwright) may use. 0 lets the browser choose. */
  devtoolsPort?: number;
}

/** Features that would talk to the network, show bubbles, or change what a page may do. */
const disabledFeatures = [
  // A sandboxed srcdoc frame in a process of its own asks for its pictures before its requests are
  // intercepted (measured on 156), so main could not hand them out. Such frames run no scripts.
  'IsolateSandboxedIframes',
  'Translate',
  'OptimizationHints',
  'MediaRouter',
  'DialMediaRouteProvider',
  'InterestFeedContentSuggestions',
  'CertificateTransparencyComponentUpdater',
  'AutofillServerCommunication',
  'PreconnectToSearch',
  'NavigationPredictor',
  'LensOverlay',
  'GlobalMediaControls',
];

/**
 * The command line of the browser. It has no network: names do not resolve (`~NOTFOUND` holds for
 * addresses in figures too) and the proxy that all traffic, loopback included, has to use is a name
 * that does not resolve either.
 */
export function browserArguments(launch: BrowserLaunch): string[] {
  return [
    '--remote-debugging-pipe',
    `--user-data-dir=${launch.browserDir}`,
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--proxy-server=http://no-network.invalid:9',
    '--proxy-bypass-list=<-loopback>',
    '--dns-prefetch-disable',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-client-side-phishing-detection',
    '--disable-sync',
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-extensions',
    '--disable-component-extensions-with-background-pages',
    '--disable-default-apps',
    '--disable-search-engine-choice-screen',
    '--disable-session-crashed-bubble',
    '--hide-crash-restore-bubble',
    '--disable-prompt-on-repost',
    '--disable-infobars',
    '--disable-save-password-bubble',
    '--metrics-recording-only',
    '--no-first-run',
    '--no-default-browser-check',
    '--no-pings',
    '--password-store=basic',
    '--use-mock-keychain',
    // Timers of a window in the background or covered by another must go on: mail comes in there.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    `--disable-features=${disabledFeatures.join(',')}`,
    ...(launch.isRoot ? ['--no-sandbox', '--test-type'] : []),
    ...(launch.devtoolsPort === undefined ? [] : [`--remote-debugging-port=${launch.devtoolsPort}`]),
    ...(launch.headless ? ['--headless=new'] : []),
    // The app window starts on a data page and is sent to our origin once requests are intercepted:
    // started on the origin itself, the first load races with that and fails. Also without a display:
    // a browser's ordinary window loads its address line's pages, 400 files of them.
    `--app=data:text/html,<meta name=color-scheme content="light dark"><title>${encodeURIComponent(launch.title)}</title>`,
    `--window-size=${launch.width},${launch.height}`,
  ];
}

/** The environment of the browser and of every other program we start: none of our own variables (one holds a passphrase). */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !name.startsWith('POSTHORN_') && name !== 'SSLKEYLOGFILE' && name !== 'NODE_OPTIONS',
    ),
  );
}

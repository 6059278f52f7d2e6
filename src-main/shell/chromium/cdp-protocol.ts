/**
 * The part of the browser's debugging protocol that we use, typed by hand so that a wrong name or
 * parameter is a type error. The browser is our own child: its answers are not validated.
 */
export interface TargetInfo {
  targetId: string;
  type: string;
  url: string;
  openerId?: string;
}

export interface PausedRequest {
  requestId: string;
  request: { url: string; method: string };
  frameId: string;
  resourceType: string;
}

interface TargetFilterEntry {
  type?: string;
  exclude?: boolean;
}

type None = Record<string, never>;

export interface CdpCommands {
  'Browser.close': { params: None; result: None };
  'Browser.getVersion': { params: None; result: { product: string } };
  'Browser.grantPermissions': { params: { origin?: string; permissions: string[] }; result: None };
  'Browser.setDownloadBehavior': { params: { behavior: 'deny' }; result: None };
  'Fetch.enable': { params: { patterns: { urlPattern: string }[] }; result: None };
  'Fetch.failRequest': { params: { requestId: string; errorReason: 'Aborted' }; result: None };
  'Fetch.fulfillRequest': {
    params: {
      requestId: string;
      responseCode: number;
      responseHeaders: { name: string; value: string }[];
      body: string;
    };
    result: None;
  };
  'Inspector.enable': { params: None; result: None };
  'Page.addScriptToEvaluateOnNewDocument': { params: { source: string }; result: { identifier: string } };
  'Page.bringToFront': { params: None; result: None };
  'Page.crash': { params: None; result: None };
  'Page.enable': { params: None; result: None };
  'Page.handleJavaScriptDialog': { params: { accept: boolean }; result: None };
  'Page.navigate': { params: { url: string }; result: { errorText?: string } };
  'Runtime.addBinding': { params: { name: string }; result: None };
  'Runtime.callFunctionOn': {
    params: {
      functionDeclaration: string;
      objectId: string;
      arguments: { value: string }[];
      silent?: boolean;
    };
    result: { exceptionDetails?: { text: string } };
  };
  'Runtime.enable': { params: None; result: None };
  'Runtime.evaluate': {
    params: {
      expression: string;
      contextId?: number;
      userGesture?: boolean;
      awaitPromise?: boolean;
      returnByValue?: boolean;
    };
    result: { result: { objectId?: string; value?: unknown }; exceptionDetails?: { text: string } };
  };
  'Runtime.runIfWaitingForDebugger': { params: None; result: None };
  'SystemInfo.getProcessInfo': { params: None; result: { processInfo: { type: string; id: number }[] } };
  'Target.closeTarget': { params: { targetId: string }; result: None };
  'Target.createTarget': {
    params: { url: string; hidden?: boolean; newWindow?: boolean; width?: number; height?: number };
    result: { targetId: string };
  };
  'Target.setAutoAttach': {
    params: {
      autoAttach: boolean;
      waitForDebuggerOnStart: boolean;
      flatten: true;
      filter: TargetFilterEntry[];
    };
    result: None;
  };
}

export interface CdpEvents {
  'Fetch.requestPaused': PausedRequest;
  'Inspector.targetCrashed': None;
  'Page.javascriptDialogOpening': { type: string };
  'Runtime.bindingCalled': { name: string; payload: string; executionContextId: number };
  'Runtime.executionContextCreated': {
    context: { id: number; auxData?: { frameId?: string; isDefault?: boolean } };
  };
  'Runtime.executionContextDestroyed': { executionContextId: number };
  'Runtime.executionContextsCleared': None;
  'Target.attachedToTarget': { sessionId: string; targetInfo: TargetInfo; waitingForDebugger: boolean };
  'Target.detachedFromTarget': { sessionId: string };
}

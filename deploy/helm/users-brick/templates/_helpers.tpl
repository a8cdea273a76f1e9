{{/* What the objects of a release are called. */}}
{{- define "users-brick.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* By these labels a Deployment finds its pods; they never change. */}}
{{- define "users-brick.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "users-brick.labels" -}}
{{ include "users-brick.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ lower .Values.mode }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "users-brick.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "users-brick.configMap" -}}
{{- default (include "users-brick.fullname" .) .Values.existingConfigMap -}}
{{- end -}}

{{- define "users-brick.claim" -}}
{{- default (printf "%s-runs" (include "users-brick.fullname" .)) .Values.persistence.existingClaim -}}
{{- end -}}

{{/* Where the shards of one job leave their reports. */}}
{{- define "users-brick.reports" -}}
/var/lib/users-brick/reports/{{ include "users-brick.fullname" . }}-{{ .Release.Revision }}
{{- end -}}

{{/*
What becomes of a job by the exit code of its pod; the first rule that fits
decides. Codes that no rule names, 1 above all, are tried again.
*/}}
{{- define "users-brick.podFailurePolicy" -}}
rules:
  # The node was drained, or the pod had to give way: another pod does the rest.
  - action: Ignore
    onPodConditions:
      - type: DisruptionTarget
        status: "True"
  # Stopped by SIGINT or SIGTERM, by whomever: another pod does the rest.
  - action: Ignore
    onExitCodes:
      containerName: users-brick
      operator: In
      values: [130, 143]
{{- if eq .Values.mode "indexedJob" }}
  # 2 the params or the file cannot be used, 6 the login was refused: it is the
  # same for all shards, and more refused logins lock the account.
  - action: FailJob
    onExitCodes:
      containerName: users-brick
      operator: In
      values: [2, 6]
  # 3 the guard refused, 4 done in part, 5 another run works on the same
  # target: a matter of this shard; the others go on.
  - action: FailIndex
    onExitCodes:
      containerName: users-brick
      operator: In
      values: [3, 4, 5]
{{- else }}
  # 2 the params or the file cannot be used, 3 the guard refused, 4 done in
  # part, 5 another run works on the same target (the program has waited for it
  # itself), 6 the login was refused: the same again would end the same, or lock
  # the account.
  - action: FailJob
    onExitCodes:
      containerName: users-brick
      operator: In
      values: [2, 3, 4, 5, 6]
{{- end }}
{{- end -}}

{{/* The pod, in all modes: what differs is its arguments, variables and probes. */}}
{{- define "users-brick.pod" -}}
{{- if ne .Values.mode "schedule" }}
restartPolicy: Never # the rules by exit code ask for it
{{- end }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.user }}
  runAsGroup: {{ .Values.group }}
  fsGroup: {{ .Values.group }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: users-brick
    image: {{ include "users-brick.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    {{- if eq .Values.mode "schedule" }}
    args:
      - schedule
      - /etc/users-brick
      - --max-parallel={{ .Values.schedule.maxParallel }}
      - --jitter={{ .Values.schedule.jitter }}
      - --catch-up={{ .Values.schedule.catchUp }}
    {{- else }}
    args: [run]
    {{- end }}
    env:
      {{- if eq .Values.mode "schedule" }}
      - name: BRICK_LISTEN
        value: ":{{ .Values.schedule.port }}"
      {{- else }}
      - name: BRICK_PARAMS_FILE
        value: /etc/users-brick/params.json
      {{- end }}
      {{- if eq .Values.mode "indexedJob" }}
      # The number of the shard is JOB_COMPLETION_INDEX, which Kubernetes sets.
      - name: BRICK_SHARDS
        value: {{ .Values.indexedJob.shards | quote }}
      {{- if not (hasKey .Values.env "BRICK_REPORT_TO") }}
      # A folder for each job, in which each shard has a report of its own.
      - name: BRICK_REPORT_TO
        value: {{ include "users-brick.reports" . }}/{shard}.json
      {{- end }}
      {{- end }}
      - name: BRICK_RUN_DIR
        value: {{ ternary "/var/lib/users-brick" "none" .Values.persistence.enabled }}
      {{- range $name, $value := .Values.env }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
      {{- range $name, $key := .Values.secret.files }}
      - name: {{ $name }}
        value: /run/secrets/users-brick/{{ $key }}
      {{- end }}
    {{- if eq .Values.mode "schedule" }}
    ports:
      - name: metrics
        containerPort: {{ .Values.schedule.port }}
    # Whether the loop that begins the jobs still turns.
    livenessProbe:
      httpGet:
        path: /healthz
        port: metrics
      initialDelaySeconds: 10
      periodSeconds: 30
      timeoutSeconds: 5
      failureThreshold: 4
    # Whether every job could run.
    readinessProbe:
      httpGet:
        path: /readyz
        port: metrics
      periodSeconds: 30
      timeoutSeconds: 5
    {{- end }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      capabilities:
        drop: [ALL]
    volumeMounts:
      - name: params
        mountPath: /etc/users-brick
        readOnly: true
      {{- if .Values.secret.files }}
      - name: secrets
        mountPath: /run/secrets/users-brick
        readOnly: true
      {{- end }}
      {{- if .Values.persistence.enabled }}
      - name: runs
        mountPath: /var/lib/users-brick
      {{- end }}
      - name: tmp
        mountPath: /tmp
volumes:
  - name: params
    configMap:
      name: {{ include "users-brick.configMap" . }}
  {{- if .Values.secret.files }}
  - name: secrets
    secret:
      secretName: {{ .Values.secret.name }}
      defaultMode: 0440
  {{- end }}
  {{- if .Values.persistence.enabled }}
  - name: runs
    persistentVolumeClaim:
      claimName: {{ include "users-brick.claim" . }}
  {{- end }}
  - name: tmp
    emptyDir:
      sizeLimit: {{ .Values.tmp.sizeLimit }}
{{- end -}}
